# The same parts as production, built the same way, in sizes for a handful of people; it may lose a zone and be taken down.

module "souk" {
  source = "../../modules/souk"

  name                 = "souk-staging"
  domain               = var.domain
  zone_id              = var.zone_id
  bucket_prefix        = var.bucket_prefix
  image                = var.image
  release_image        = var.release_image
  image_repository_arn = var.image_repository_arn
  collector_image      = var.collector_image
  running              = var.running
  settings             = var.settings
  handoff_public_key   = var.handoff_public_key
  database_ca_file     = var.database_ca_file

  sizes = {
    web        = { cpu = 512, memory = 1024, min = 1, max = 2 }
    portal     = { cpu = 512, memory = 1024, min = 1, max = 2 }
    office     = { cpu = 512, memory = 1024, min = 1, max = 1 }
    worker     = { cpu = 512, memory = 1024, min = 1, max = 2 }
    shopworker = { cpu = 512, memory = 1024, min = 1, max = 2 }
    builder    = { cpu = 512, memory = 1024, min = 1, max = 1 }
    beat       = { cpu = 256, memory = 512, min = 1, max = 1 }
    live       = { cpu = 256, memory = 512, min = 1, max = 2 }
  }

  network = {
    cidr               = "10.30.0.0/16"
    availability_zones = [for letter in ["a", "b"] : "${var.region}${letter}"]
    nat_per_zone       = false
  }

  database = {
    instance_class             = "db.t4g.large"
    storage_gb                 = { initial = 50, max = 200 }
    max_connections            = 300
    multi_az                   = false
    backup_retention_days      = 7
    performance_retention_days = 7
  }

  valkey = { node_type = "cache.t4g.small", nodes = 1, snapshot_retention_days = 0 }

  backup = {
    keep_days = { daily = 7, monthly = 30 }
    locked    = false
  }

  deletion_protection = false
  retention_days      = { logs = 365, deleted_files = 7, deleted_secrets = 7 }

  alarms           = { emails = var.alarm_emails, latency_seconds = 2, queue_age_seconds = 600 }
  dmarc_reports_to = sort(var.alarm_emails)[0]
}
