"""Where a lesson belongs: in a memory row, in the weights, or nowhere."""
