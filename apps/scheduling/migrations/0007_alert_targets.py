from django.db import migrations, models

STATES = [
    ("queued", "queued"),
    ("running", "running"),
    ("retrying", "waiting to try again"),
    ("succeeded", "succeeded"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
    ("skipped", "skipped: the one before still runs"),
    ("missed", "missed: too late to run"),
    ("lost", "lost: its worker died"),
]


def copy_targets(apps, schema_editor):
    """Let alerts that are still to be sent know to whom, as the policies say now."""
    Alert = apps.get_model("scheduling", "Alert")
    SchedulePolicy = apps.get_model("scheduling", "SchedulePolicy")
    due = Alert.objects.filter(sent_at=None, next_at__isnull=False).select_related("run")
    for alert in due.iterator():
        policy = SchedulePolicy.objects.filter(schedule_id=alert.run.schedule_id or 0).first()
        if policy is not None:
            names = {"webhook": policy.alert_webhook, "robot": policy.alert_robot}
            name = names.get(alert.channel)
            alert.targets = policy.alert_mails if alert.channel == "mail" else [name] if name else []
        alert.state = "lost" if alert.run.state == "lost" else "failed"
        alert.save(update_fields=["targets", "state"])


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0006_faults_and_last_firings"),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="targets",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Addresses, or a name of the settings; those of the moment of the run's end.",
                verbose_name="whom to tell",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="state",
            field=models.CharField(
                choices=STATES, default="failed", max_length=10, verbose_name="what is told"
            ),
        ),
        migrations.RunPython(copy_targets, migrations.RunPython.noop),
    ]
