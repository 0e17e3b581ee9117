import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_inventory', '0002_reservation_shipped'),
    ]

    operations = [
        migrations.AddField(
            model_name='warehouse',
            name='city',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='cut_off',
            field=models.TimeField(db_default=datetime.time(12, 0), default=datetime.time(12, 0), help_text='what is paid by then leaves that day'),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='postal_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=15),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='retired_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='street',
            field=models.CharField(blank=True, db_default='', default='', max_length=150),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='time_zone',
            field=models.CharField(db_default='Europe/Berlin', default='Europe/Berlin', max_length=40),
        ),
        migrations.AddField(
            model_name='warehouse',
            name='working_days',
            field=models.CharField(db_default='12345', default='12345', help_text='1 is Monday, 7 Sunday', max_length=7),
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='kind',
            field=models.CharField(choices=[('received', 'Received'), ('adjusted', 'Adjusted'), ('reserved', 'Reserved'), ('released', 'Released'), ('allocated', 'Allocated'), ('shipped', 'Shipped'), ('returned', 'Returned'), ('moved', 'Moved')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='warehouse',
            constraint=models.CheckConstraint(condition=models.Q(('working_days', ''), _negated=True), name='warehouse_works_some_day'),
        ),
    ]
