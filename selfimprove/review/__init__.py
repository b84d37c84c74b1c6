"""Pages where a person sees what goes on, judges answers, and says yes, no, undo or forget."""
