"""What a project achieved: counts by the common typology, and the agreement's indicators. Never a person."""
