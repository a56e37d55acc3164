"""Records as rows of a table: which columns they have, and files of CSV and XLSX."""
