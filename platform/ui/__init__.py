"""The design system: tokens, components, icons and the tags that render them. It knows no trade and has no tables."""
