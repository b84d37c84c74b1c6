"""Who answers from now on: gates over measured results, one decision a report, promotion, rollback and veto."""
