"""How numbers are typed where Django's own formats and the pages' (CLDR, through Babel) differ: both must read the same mark alike."""
