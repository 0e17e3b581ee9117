# Customers' orders and vendors' money: two of everything, three zones, nothing deleted by accident.

module "souk" {
  source = "../../modules/souk"

  name                 = "souk-production"
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
    web        = { cpu = 1024, memory = 2048, min = 3, max = 24 }
    portal     = { cpu = 1024, memory = 2048, min = 2, max = 12 }
    office     = { cpu = 512, memory = 1024, min = 2, max = 4 }
    worker     = { cpu = 1024, memory = 2048, min = 2, max = 8 }
    shopworker = { cpu = 1024, memory = 2048, min = 2, max = 8 }
    builder    = { cpu = 512, memory = 1024, min = 1, max = 1 }
    beat       = { cpu = 256, memory = 512, min = 1, max = 1 }
    live       = { cpu = 256, memory = 512, min = 2, max = 4 }
  }

  network = {
    cidr               = "10.20.0.0/16"
    availability_zones = [for letter in ["a", "b", "c"] : "${var.region}${letter}"]
    nat_per_zone       = true
  }

  database = {
    instance_class             = "db.r8g.xlarge"
    storage_gb                 = { initial = 200, max = 2000 }
    max_connections            = 800
    multi_az                   = true
    backup_retention_days      = 35
    performance_retention_days = 465
  }

  valkey = { node_type = "cache.m7g.large", nodes = 2, snapshot_retention_days = 3 }

  backup = {
    keep_days   = { daily = 35, monthly = 400 }
    locked      = true
    copy_region = "eu-west-1"
  }

  deletion_protection = true
  retention_days      = { logs = 400, deleted_files = 90, deleted_secrets = 30 }

  alarms           = { emails = var.alarm_emails, latency_seconds = 1, queue_age_seconds = 300 }
  dmarc_reports_to = sort(var.alarm_emails)[0]
}
