"""Charts as inline SVG: colours come from the style sheet, so that they follow dark mode and print."""
