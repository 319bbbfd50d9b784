"""What every page shares: numbers, money and dates in the reader's language, form controls, states and their tones. It knows no room."""
