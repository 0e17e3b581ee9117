# The processes, from the list in processes.yaml: what each is told, which secrets it gets, whom it may call.

locals {
  listed    = yamldecode(file("${path.module}/processes.yaml"))
  processes = local.listed.processes
  jobs      = local.listed.jobs
  tasks_of  = merge(local.processes, local.jobs)

  # Faces listen on it for visitors, others for health checks.
  port              = 8000
  metrics_namespace = "Souk/${var.name}"
  database_name     = "souk"

  # --- Secrets

  # The secrets of each: environment variable => name of the secret. The URL of Valkey has its user's password in it, so the
  # whole of it is the secret.
  secret_names = {
    for name, task in local.tasks_of : name => merge(
      { for secret in task.secrets : startswith(secret, "valkey-") ? "REDIS_URL" : "SOUK_SECRET_${upper(replace(secret, "-", "_"))}" => secret },
      { for variable in try(task.settings, []) : variable => lower(replace(variable, "_", "-")) },
      try(task.serves, false) || try(task.answers, false) ? { SOUK_METRICS_TOKEN = "metrics-${name}" } : {},
    )
  }

  # --- Valkey

  valkey_users = {
    for name, process in local.processes : name => join(" ", concat(
      ["~${try(process.prefix, name)}:*", try(process.news, false) ? replace(local.listed.valkey.rings, "&doorbell:* ", "&doorbell:* ${local.listed.valkey.news} ") : local.listed.valkey.rings],
      try(process.hears, false) ? [local.listed.valkey.hears] : [], try(process.listens, false) ? [local.listed.valkey.listens] : [],
    ))
  }

  # --- Whom they may call

  reaching = { for whom in ["database", "valkey", "internet", "mail", "files"] : whom => [for name, task in local.tasks_of : name if contains(task.reaches, whom)] }

  reached = {
    database = { port = module.database.port, security_group_id = module.database.security_group_id }
    valkey   = { port = module.valkey.port, security_group_id = module.valkey.security_group_id }
    internet = { port = 443, cidr = "0.0.0.0/0" }
    mail     = { port = 587, cidr = "0.0.0.0/0" }
    # Images come from S3, whoever else uses it.
    s3           = { port = 443, prefix_list_id = module.network.s3_prefix_list_id }
    aws_services = { port = 443, security_group_id = module.network.endpoints_security_group_id }
  }

  # --- What they are told

  environment = {
    SOUK_ENV                        = "production"
    SOUK_DOMAIN                     = var.domain
    SOUK_TRUSTED_PROXIES            = "1"
    SOUK_DATA                       = "/tmp/souk"
    SOUK_HANDOFF_VERIFYING_KEY_FILE = "/tmp/handoff-public-key"
    SOUK_S3_REGION                  = data.aws_region.current.region
    SOUK_S3_PUBLIC_BUCKET           = module.storage.pictures_bucket.name
    SOUK_S3_PRIVATE_BUCKET          = module.storage.documents_bucket.name
    SOUK_S3_PUBLIC_URL              = "https://${local.pictures_host}"
  }

  # libpq reads these wherever a URL does not say otherwise.
  database_tls = var.database_ca_file == null ? { PGSSLMODE = "require" } : {
    PGSSLMODE     = "verify-full"
    PGSSLROOTCERT = var.database_ca_file
  }

  environments = {
    for name, task in local.tasks_of : name => merge(
      local.environment,
      { SOUK_PROCESS = try(task.as, name) },
      contains(task.reaches, "database") ? merge(local.database_tls, {
        DATABASE_URL = "postgresql://${module.database.address}:${module.database.port}/${local.database_name}"
      }) : {},
      contains(task.reaches, "mail") ? { SMTP_HOST = module.mail.smtp_host, SMTP_PORT = "587" } : {},
      try(task.master, false) ? { DATABASE_ADMIN_URL = "postgresql://${module.database.master.username}@${module.database.address}:${module.database.port}/postgres" } : {},
      try(task.verifies, false) ? { HANDOFF_PUBLIC_KEY = var.handoff_public_key } : {},
      try(task.answers, false) ? { SOUK_METRICS_PORT = tostring(local.port) } : {},
      var.settings,
    )
  }

  # Those that check who comes find the public key in a file, which is written before they start.
  put_key_there = ["sh", "-c", "printf %s \"$HANDOFF_PUBLIC_KEY\" > \"$SOUK_HANDOFF_VERIFYING_KEY_FILE\" && exec \"$@\"", "sh"]

  # --- What they may do in AWS

  # As the operator's guide tells for any S3. Pictures are never deleted.
  files_actions = {
    for name, task in local.tasks_of : name => {
      pictures = [for action in ["s3:GetObject", "s3:PutObject"] : action if try(task.pictures, "") != "none"]
      documents = concat(
        [for action in ["s3:DeleteObject"] : action if try(task.documents, "") == ""],
        ["s3:GetObject"],
        [for action in ["s3:PutObject"] : action if try(task.documents, "") != "reads"],
      )
    } if contains(task.reaches, "files")
  }

  files_statements = {
    for name, actions in local.files_actions : name => [for statement in [
      {
        Sid      = "Pictures"
        Effect   = "Allow"
        Action   = actions.pictures
        Resource = ["${module.storage.pictures_bucket.arn}/*"]
      },
      {
        Sid      = "Documents"
        Effect   = "Allow"
        Action   = actions.documents
        Resource = ["${module.storage.documents_bucket.arn}/*"]
      },
      {
        # Without it a file that is not there looks forbidden.
        Sid      = "WhatIsThere"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [for bucket in [module.storage.pictures_bucket, module.storage.documents_bucket] : bucket.arn if bucket.arn == module.storage.documents_bucket.arn || length(actions.pictures) > 0]
      },
      {
        Sid       = "FilesKey"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [module.keys.arns.storage]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${data.aws_region.current.region}.amazonaws.com" } }
      },
    ] : statement if length(statement.Action) > 0]
  }

  # --- What they run, and how many

  images = merge(
    { for process in keys(local.processes) : process => var.image },
    { for job in keys(local.jobs) : job => coalesce(var.release_image, var.image) },
  )

  tasks = { for process, size in var.sizes : process => var.running ? { min = size.min, max = size.max } : { min = 0, max = 0 } }
}

module "secrets" {
  source = "../secrets"

  name          = var.name
  names         = toset(flatten([for names in local.secret_names : values(names)]))
  key_arn       = module.keys.arns.secrets
  recovery_days = var.retention_days.deleted_secrets
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

module "task" {
  source   = "../task"
  for_each = local.tasks_of

  name                 = var.name
  process              = each.key
  image                = local.images[each.key]
  image_repository_arn = var.image_repository_arn
  command              = concat(try(each.value.verifies, false) ? local.put_key_there : [], each.value.command)
  port                 = try(each.value.serves, false) ? local.port : null
  health_check         = try(each.value.serves, false) || try(each.value.answers, false)
  size                 = { cpu = local.size_of[each.key].cpu, memory = local.size_of[each.key].memory }
  environment          = local.environments[each.key]
  statements           = flatten([for name, statements in local.files_statements : statements if name == each.key])
  logs_key_arn         = module.keys.arns.logs
  log_retention_days   = var.retention_days.logs

  secrets = merge(
    { for variable, secret in local.secret_names[each.key] : variable => module.secrets.arns[secret] },
    try(each.value.master, false) ? { PGPASSWORD = "${module.database.master.secret_arn}:password::" } : {},
  )
  secrets_key_arns = concat([module.keys.arns.secrets], try(each.value.master, false) ? [module.keys.arns.database] : [])

  vpc_id       = module.network.vpc_id
  reaches      = { for whom, where in local.reached : whom => where if contains(concat(each.value.reaches, ["s3", "aws_services"]), whom) }
  reached_from = try(each.value.serves, false) ? { load_balancer = module.load_balancer.security_group_id } : {}

  collector = each.key == "worker" && var.collector_image != null ? {
    image     = var.collector_image
    port      = local.port
    namespace = local.metrics_namespace
    token     = module.secrets.arns["metrics-${each.key}"]
  } : null
}

locals {
  size_of = merge(var.sizes, { for job in keys(local.jobs) : job => var.sizes.builder })
}

# The balancer may call the faces, and nothing else.
resource "aws_vpc_security_group_egress_rule" "faces" {
  for_each = local.faces

  security_group_id            = module.load_balancer.security_group_id
  description                  = "To ${each.key}"
  referenced_security_group_id = module.task[each.key].security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

module "service" {
  source   = "../service"
  for_each = local.processes

  name                = var.name
  process             = each.key
  cluster_name        = aws_ecs_cluster.this.name
  task_definition_arn = module.task[each.key].task_definition_arn
  subnet_ids          = module.network.private_subnet_ids
  security_group_id   = module.task[each.key].security_group_id
  single              = try(each.value.single, false)
  tasks               = local.tasks[each.key]

  target = try(each.value.serves, false) ? {
    group_arn = module.load_balancer.target_group_arns[each.key]
    port      = local.port
  } : null
}
