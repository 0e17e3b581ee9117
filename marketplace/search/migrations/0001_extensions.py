"""The extensions that search needs, before the first index that uses one.

`walls bootstrap` has made them already. All three are trusted, so on a database that was prepared otherwise the owner, who
may create in the database, makes them here.
"""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    run_before = [("listings", "0001_initial")]
    operations = [TrigramExtension(), UnaccentExtension(), BtreeGinExtension()]
