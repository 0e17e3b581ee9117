import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_inventory', '0003_where_warehouses_are_and_when_they_send'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='stocklevel',
            name='stock_never_oversold',
        ),
        migrations.AddField(
            model_name='reservation',
            name='ships_on',
            field=models.DateField(blank=True, help_text='when some of it were promised before they came in', null=True),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='backorder_limit',
            field=models.IntegerField(db_default=0, default=0, help_text='so many may be promised beyond what is there'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='safety_stock',
            field=models.IntegerField(db_default=0, default=0, help_text='kept back: not for sale'),
        ),
        migrations.AddField(
            model_name='stocklevel',
            name='ships_on',
            field=models.DateField(blank=True, help_text='from when backorders are shipped', null=True),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.UniqueConstraint(condition=models.Q(('backorder_limit__gt', 0)), fields=('variant',), name='stock_backorders_at_one_place'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__gte', 0)), name='stock_on_hand_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('safety_stock__gte', 0)), name='stock_safety_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('backorder_limit', 0), models.Q(('backorder_limit__gt', 0), ('ships_on__isnull', False)), _connector='OR'), name='stock_backorder_has_a_date'),
        ),
        migrations.AddConstraint(
            model_name='stocklevel',
            constraint=models.CheckConstraint(condition=models.Q(('on_hand__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('allocated'), '+', models.F('reserved')), '-', models.F('backorder_limit')))), name='stock_never_oversold'),
        ),
    ]
