"""What the books say to people outside: statements, commission invoices, credit notes, and exports for accountants."""
