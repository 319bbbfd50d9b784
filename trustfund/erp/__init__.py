"""The books beside an ERP's: codes for our accounts, windows and grants, extracts that were brought, and how the two compare."""
