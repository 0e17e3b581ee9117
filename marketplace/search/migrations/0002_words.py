"""How words are read: English stems, accents folded. Titles and queries go through the same configuration, `souk`."""

from django.db import migrations

FORWARD = """
CREATE TEXT SEARCH CONFIGURATION public.souk (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION public.souk
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.english_stem;
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0001_extensions")]
    operations = [migrations.RunSQL(FORWARD, "DROP TEXT SEARCH CONFIGURATION public.souk")]
