"""What another record says of somebody, for a person to decide on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0008_keep_back_safeguarding'),
    ]

    operations = [
        migrations.CreateModel(
            name='DetailToDecide',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.CharField(choices=[('nhs_number', 'NHS number'), ('name', 'Name'), ('birth', 'Date of birth'), ('gender', 'Gender'), ('died', 'Died'), ('home', 'Home'), ('phone', 'Phone number'), ('email', 'Email address'), ('language', 'Language'), ('interpreter', 'Needs an interpreter'), ('gp_practice', 'GP practice'), ('contact', 'Contact not on record here'), ('need', 'Communication need')], max_length=16)),
                ('here', models.CharField(blank=True, help_text='What stood here when it came', max_length=500)),
                ('there', models.CharField(max_length=500)),
                ('value', models.JSONField(default=dict)),
                ('said_by', models.CharField(help_text='The system or person that handed the record in', max_length=120)),
                ('message_id', models.BigIntegerField(help_text='The kept message it came in', null=True)),
                ('said_at', models.DateTimeField()),
                ('decision', models.CharField(blank=True, choices=[('taken', 'Taken over'), ('kept', 'Kept what was here')], default='', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=250)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=200)),
                ('decided_role', models.CharField(blank=True, max_length=120)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='details_to_decide', to='people.person')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decision', '')), models.Q(models.Q(('decision', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='detail_decided_has_a_time')],
            },
        ),
    ]
