import kit.sound
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shop_catalog', '0003_paused_products'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=kit.sound.IsText('description'), name='product_description_sound'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=kit.sound.IsFacts('attributes'), name='product_attributes_sound'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=kit.sound.IsWords('tags'), name='product_tags_sound'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=kit.sound.IsTime('published_at'), name='product_published_sound'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('condition', 'new'), ('condition', 'refurbished'), ('condition', 'used'), _connector='OR'), name='product_condition_known'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=kit.sound.IsFacts('options'), name='variant_options_sound'),
        ),
    ]
