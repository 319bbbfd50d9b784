"""The ledger for programs that nobody here wrote: Beancount, hledger, CSV, XLSX. Functional currency: every leg in USD."""
