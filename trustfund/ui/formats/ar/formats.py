"""Arabic as the pages write it, with Western digits: 21,600.00. Django's own module has the marks the other way round."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
