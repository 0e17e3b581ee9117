# Souk on AWS, whole. An environment is this module with other sizes.

data "aws_region" "current" {}

module "keys" {
  source = "../keys"

  name = var.name
}

module "network" {
  source = "../network"

  name               = var.name
  cidr               = var.network.cidr
  availability_zones = var.network.availability_zones
  nat_per_zone       = var.network.nat_per_zone
  logs_key_arn       = module.keys.arns.logs
  log_retention_days = var.retention_days.logs
}

# --- Where it is found

locals {
  pictures_host = "media.${var.domain}"
  faces = {
    # Streams: no face's own, so asked first. A rule takes five values.
    live   = { hosts = [var.domain, "*.${var.domain}", "*.portal.${var.domain}"], paths = ["/live/*"], port = local.port, priority = 5 }
    office = { hosts = ["office.${var.domain}"], port = local.port, priority = 10 }
    portal = { hosts = ["*.portal.${var.domain}"], port = local.port, priority = 20 }
    web    = { hosts = [var.domain, "*.${var.domain}"], port = local.port, priority = 30 }
  }
}

module "certificates" {
  source = "../certificates"

  domain        = var.domain
  pictures_host = local.pictures_host
  zone_id       = var.zone_id
}

module "load_balancer" {
  source = "../load_balancer"

  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  certificate_arn     = module.certificates.faces_arn
  logs_bucket         = module.storage.logs_bucket
  deletion_protection = var.deletion_protection
  faces               = local.faces
}

module "waf" {
  source = "../waf"

  name                      = var.name
  resource_arn              = module.load_balancer.arn
  requests_per_five_minutes = var.requests_per_five_minutes
  logs_key_arn              = module.keys.arns.logs
  log_retention_days        = var.retention_days.logs
}

module "dns" {
  source = "../dns"

  zone_id = var.zone_id
  aliases = merge(
    { for host in distinct(flatten([for face in local.faces : face.hosts])) : host => module.load_balancer.alias },
    { (local.pictures_host) = merge(module.storage.cdn, { ipv6 = true }) },
  )
}

# --- What it keeps

module "storage" {
  source = "../storage"

  name               = var.name
  bucket_prefix      = var.bucket_prefix
  key_arn            = module.keys.arns.storage
  host               = local.pictures_host
  certificate_arn    = module.certificates.pictures_arn
  price_class        = var.price_class
  deleted_days       = var.retention_days.deleted_files
  log_retention_days = var.retention_days.logs
}

module "database" {
  source = "../database"

  name                       = var.name
  vpc_id                     = module.network.vpc_id
  subnet_ids                 = module.network.data_subnet_ids
  client_security_group_ids  = { for name in local.reaching.database : name => module.task[name].security_group_id }
  key_arn                    = module.keys.arns.database
  logs_key_arn               = module.keys.arns.logs
  log_retention_days         = var.retention_days.logs
  instance_class             = var.database.instance_class
  storage_gb                 = var.database.storage_gb
  max_connections            = var.database.max_connections
  multi_az                   = var.database.multi_az
  backup_retention_days      = var.database.backup_retention_days
  deletion_protection        = var.deletion_protection
  performance_retention_days = var.database.performance_retention_days
}

module "valkey" {
  source = "../valkey"

  name                      = var.name
  vpc_id                    = module.network.vpc_id
  subnet_ids                = module.network.data_subnet_ids
  client_security_group_ids = { for name in local.reaching.valkey : name => module.task[name].security_group_id }
  users                     = local.valkey_users
  key_arn                   = module.keys.arns.valkey
  logs_key_arn              = module.keys.arns.logs
  log_retention_days        = var.retention_days.logs
  node_type                 = var.valkey.node_type
  nodes                     = var.valkey.nodes
  snapshot_retention_days   = var.valkey.snapshot_retention_days
}

module "backup" {
  source = "../backup"

  name            = var.name
  key_arn         = module.keys.arns.backups
  resource_arns   = [module.database.arn, module.storage.pictures_bucket.arn, module.storage.documents_bucket.arn]
  keep_days       = var.backup.keep_days
  locked          = var.backup.locked
  copy_region     = var.backup.copy_region
  alarm_topic_arn = module.alarms.topic_arn
}

# --- Who hears of it

module "mail" {
  source = "../mail"

  name             = var.name
  domain           = var.domain
  zone_id          = var.zone_id
  alarm_topic_arn  = module.alarms.topic_arn
  dmarc_reports_to = var.dmarc_reports_to
}

module "alarms" {
  source = "../alarms"

  name              = var.name
  key_arn           = module.keys.arns.alarms
  emails            = var.alarms.emails
  load_balancer     = module.load_balancer.metric_dimensions
  latency_seconds   = var.alarms.latency_seconds
  cluster_name      = aws_ecs_cluster.this.name
  services          = { for process, service in module.service : process => { name = service.name, min = local.tasks[process].min } }
  valkey_node_ids   = module.valkey.node_ids
  metrics_namespace = var.collector_image == null ? null : local.metrics_namespace

  database = {
    identifier      = module.database.identifier
    max_connections = var.database.max_connections
    storage_gb      = var.database.storage_gb.initial
  }

  queue_age_seconds = {
    limit  = var.alarms.queue_age_seconds
    queues = ["mail", "outbox", "refunds", "webhooks"]
  }
}
