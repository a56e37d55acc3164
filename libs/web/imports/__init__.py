"""Files of rows that become records: uploaded, mapped, checked, run, and undone."""
