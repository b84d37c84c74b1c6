"""Whether it helped: tasks, graders, measured results, the report."""
