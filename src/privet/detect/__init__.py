"""What personal data is in which column: verdicts from headers and values, never holding a value.

First version: columns only, with validators and words. `columns.ColumnScanner` and
`privet.model.finding.Finding` are the seam; what lies behind it may be replaced.
"""
