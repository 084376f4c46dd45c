from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('teams', '0002_privacy_officer'),
    ]

    operations = [
        migrations.AlterField(
            model_name='account',
            name='role',
            field=models.CharField(choices=[('front_door_coordinator', 'Front door coordinator'), ('crisis_responder', 'Crisis responder'), ('case_manager', 'Case manager'), ('roster_planner', 'Roster planner'), ('field_worker', 'Field worker'), ('registered_professional', 'Registered professional'), ('bed_lead', 'Bed-based reablement lead'), ('performance_lead', 'Performance lead'), ('service_designer', 'Service designer'), ('administrator', 'Administrator'), ('privacy_officer', 'Privacy officer'), ('machine', 'Connected system'), ('reading_system', 'Connected system that reads')], max_length=40),
        ),
    ]
