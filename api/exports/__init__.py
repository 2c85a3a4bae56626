"""Lists as files for a spreadsheet: which columns, how they are written, and the record that somebody took them."""
