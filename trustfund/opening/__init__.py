"""Taking over a fund that existed before: one workbook, checked whole, posted by a second person."""
