"""The financial statements, of the Fund, a donor or a grant (I to IX): made from the books up to a head, as a page, PDF and XLSX."""
