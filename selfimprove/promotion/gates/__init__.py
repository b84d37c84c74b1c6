"""One file a question that a challenger must answer; each gate is a pure function of evidence and margins."""
