"""Files of the books for accounting packages: whole entries only, read and written in parts."""
