mock_provider "aws" {
  source = "../../mocks"
}

# Told apart by name, so that a set of them can be compared.
override_module {
  target = module.secrets

  outputs = {
    arns = {
      django-web                     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-web-AbCdEf"
      django-office                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-office-AbCdEf"
      django-portal                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-portal-AbCdEf"
      django-worker                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-worker-AbCdEf"
      django-shopworker              = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-shopworker-AbCdEf"
      django-builder                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-builder-AbCdEf"
      django-beat                    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-beat-AbCdEf"
      django-live                    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/django-live-AbCdEf"
      store                          = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/store-AbCdEf"
      platform                       = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/platform-AbCdEf"
      doorman                        = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/doorman-AbCdEf"
      builder                        = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/builder-AbCdEf"
      valkey-web                     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-web-AbCdEf"
      valkey-office                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-office-AbCdEf"
      valkey-portal                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-portal-AbCdEf"
      valkey-worker                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-worker-AbCdEf"
      valkey-shopworker              = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-shopworker-AbCdEf"
      valkey-builder                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-builder-AbCdEf"
      valkey-beat                    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-beat-AbCdEf"
      valkey-live                    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/valkey-live-AbCdEf"
      live-key                       = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/live-key-AbCdEf"
      order-link-key                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/order-link-key-AbCdEf"
      handoff-signing-key            = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/handoff-signing-key-AbCdEf"
      mfa-key                        = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/mfa-key-AbCdEf"
      vendor-role-key                = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/vendor-role-key-AbCdEf"
      stripe-secret-key              = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/stripe-secret-key-AbCdEf"
      stripe-webhook-secret-platform = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/stripe-webhook-secret-platform-AbCdEf"
      stripe-webhook-secret-connect  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/stripe-webhook-secret-connect-AbCdEf"
      stripe-webhook-secret-accounts = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/stripe-webhook-secret-accounts-AbCdEf"
      smtp-user                      = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/smtp-user-AbCdEf"
      smtp-password                  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/smtp-password-AbCdEf"
      metrics-web                    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-web-AbCdEf"
      metrics-office                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-office-AbCdEf"
      metrics-portal                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-portal-AbCdEf"
      metrics-live                   = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-live-AbCdEf"
      metrics-worker                 = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-worker-AbCdEf"
      metrics-shopworker             = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:souk-test/metrics-shopworker-AbCdEf"
    }
  }
}

variables {
  name                 = "souk-test"
  domain               = "souk.example"
  zone_id              = "Z0123456789ABCDEFGHIJ"
  bucket_prefix        = "example-souk"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  release_image        = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/souk"
  running              = true

  sizes = {
    web        = { cpu = 512, memory = 1024, min = 1, max = 2 }
    portal     = { cpu = 512, memory = 1024, min = 1, max = 2 }
    office     = { cpu = 512, memory = 1024, min = 1, max = 2 }
    worker     = { cpu = 512, memory = 1024, min = 1, max = 2 }
    shopworker = { cpu = 512, memory = 1024, min = 1, max = 2 }
    builder    = { cpu = 512, memory = 1024, min = 1, max = 1 }
    beat       = { cpu = 256, memory = 512, min = 1, max = 1 }
    live       = { cpu = 256, memory = 512, min = 1, max = 2 }
  }

  network             = { cidr = "10.20.0.0/16", availability_zones = ["eu-central-1a", "eu-central-1b"], nat_per_zone = false }
  database            = { instance_class = "db.t4g.large", storage_gb = { initial = 50, max = 200 }, max_connections = 300, multi_az = true, backup_retention_days = 7, performance_retention_days = 7 }
  valkey              = { node_type = "cache.t4g.small", nodes = 2, snapshot_retention_days = 0 }
  backup              = { keep_days = { daily = 7, monthly = 30 }, locked = false }
  deletion_protection = true
  retention_days      = { logs = 365, deleted_files = 30, deleted_secrets = 30 }
  alarms              = { emails = ["operations@souk.example"], latency_seconds = 1, queue_age_seconds = 300 }
  dmarc_reports_to    = "operations@souk.example"
}

run "one_secret_set_for_each_process" {
  command = apply

  # What the execution role of each may read, out of its policy.
  assert {
    condition = jsonencode({ for process, arns in output.secret_arns : process => sort([for arn in arns : trimsuffix(trimprefix(arn, "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"), "-AbCdEf")]) }) == jsonencode({
      web = [
        "souk-test/django-web", "souk-test/handoff-signing-key", "souk-test/live-key", "souk-test/metrics-web", "souk-test/mfa-key", "souk-test/order-link-key", "souk-test/store", "souk-test/stripe-secret-key",
        "souk-test/stripe-webhook-secret-accounts", "souk-test/stripe-webhook-secret-connect", "souk-test/stripe-webhook-secret-platform", "souk-test/valkey-web",
      ]
      office     = ["souk-test/django-office", "souk-test/metrics-office", "souk-test/order-link-key", "souk-test/platform", "souk-test/stripe-secret-key", "souk-test/valkey-office"]
      portal     = ["souk-test/django-portal", "souk-test/doorman", "souk-test/live-key", "souk-test/metrics-portal", "souk-test/valkey-portal", "souk-test/vendor-role-key"]
      worker     = ["souk-test/django-worker", "souk-test/metrics-worker", "souk-test/order-link-key", "souk-test/platform", "souk-test/smtp-password", "souk-test/smtp-user", "souk-test/stripe-secret-key", "souk-test/valkey-worker"]
      shopworker = ["souk-test/django-shopworker", "souk-test/doorman", "souk-test/metrics-shopworker", "souk-test/valkey-shopworker", "souk-test/vendor-role-key"]
      builder    = ["souk-test/builder", "souk-test/django-builder", "souk-test/valkey-builder", "souk-test/vendor-role-key"]
      beat       = ["souk-test/django-beat", "souk-test/valkey-beat"]
      live       = ["souk-test/django-live", "souk-test/live-key", "souk-test/metrics-live", "souk-test/valkey-live"]
      release    = ["souk-test/builder", "souk-test/django-builder", "souk-test/valkey-builder", "souk-test/vendor-role-key"]
      bootstrap  = ["rds!db-1", "souk-test/builder", "souk-test/django-builder", "souk-test/doorman", "souk-test/platform", "souk-test/store", "souk-test/valkey-builder", "souk-test/vendor-role-key"]
    })
    error_message = "A process can read its own secrets and no other's; the master's password is the bootstrap's alone."
  }

  assert {
    condition     = length(distinct(concat([for task in module.task : task.role_names.execution], [for task in module.task : task.role_names.task]))) == 2 * length(module.task)
    error_message = "Two roles for each, shared with none."
  }

  assert {
    condition     = endswith(output.secrets.web.REDIS_URL, "/valkey-web") && endswith(output.secrets.portal.SOUK_SECRET_VENDOR_ROLE_KEY, "/vendor-role-key")
    error_message = "Each secret fills the variable that settings read."
  }

  assert {
    condition     = { for process, variables in output.secrets : process => variables.SOUK_METRICS_TOKEN if contains(keys(variables), "SOUK_METRICS_TOKEN") } == { for process in ["web", "office", "portal", "worker", "shopworker", "live"] : process => "souk-test/metrics-${process}" }
    error_message = "Whoever has metrics shows them by a token of its own."
  }

  # --- Whom they may call

  assert {
    condition = jsonencode({ for whom, who in local.reaching : whom => sort(who) }) == jsonencode({
      database = ["bootstrap", "builder", "office", "portal", "release", "shopworker", "web", "worker"]
      valkey   = ["beat", "bootstrap", "builder", "live", "office", "portal", "release", "shopworker", "web", "worker"]
      internet = ["office", "web", "worker"]
      mail     = ["worker"]
      files    = ["office", "portal", "shopworker", "worker"]
    })
    error_message = "Those that hold the key of vendors' roles do not reach the internet."
  }

  # --- What they may do to files

  assert {
    condition = jsonencode({ for process, statements in local.files_statements : process => { for statement in statements : statement.Sid => statement.Action if statement.Sid != "FilesKey" } }) == jsonencode({
      office     = { Documents = ["s3:GetObject"], WhatIsThere = ["s3:ListBucket"] }
      portal     = { Pictures = ["s3:GetObject", "s3:PutObject"], Documents = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], WhatIsThere = ["s3:ListBucket"] }
      shopworker = { Pictures = ["s3:GetObject", "s3:PutObject"], Documents = ["s3:GetObject"], WhatIsThere = ["s3:ListBucket"] }
      worker     = { Documents = ["s3:GetObject", "s3:PutObject"], WhatIsThere = ["s3:ListBucket"] }
    })
    error_message = "As the operator's guide tells; shopworker and office read documents, and the worker adds them."
  }

  # --- What they are told

  assert {
    condition     = [for process, variables in local.environments : process if contains(keys(variables), "DATABASE_ADMIN_URL")] == ["bootstrap"] && !contains(keys(local.environments.beat), "DATABASE_URL") && !contains(keys(local.environments.live), "DATABASE_URL")
    error_message = "Only the bootstrap works as the master, and beat has no database."
  }

  assert {
    condition     = alltrue([for process, variables in local.environments : variables.SOUK_ENV == "production" && !anytrue([for name in keys(variables) : startswith(name, "SOUK_SECRET_") || strcontains(name, "PASSWORD") || endswith(name, "_KEY") && name != "HANDOFF_PUBLIC_KEY"])])
    error_message = "No secret is among the plain variables."
  }

  assert {
    condition     = local.environments.web.DATABASE_URL == "postgresql://souk.abcdefghijkl.eu-central-1.rds.amazonaws.com:5432/souk" && local.environments.web.PGSSLMODE == "require"
    error_message = "The database over TLS, without a password in the address."
  }

  # --- What they run

  assert {
    condition     = toset([for process in keys(local.processes) : local.images[process]]) == toset([var.image]) && toset([for job in keys(local.jobs) : local.images[job]]) == toset([var.release_image])
    error_message = "The release goes ahead of the processes."
  }

  assert {
    condition     = { for process, rules in local.valkey_users : process => regex("^~(\\w+):\\* ~doorbell:\\* &doorbell:\\* (?:~news:\\* &news:\\* )?-@all ", rules)[0] } == { web = "market", office = "office", portal = "portal", worker = "worker", shopworker = "shopworker", builder = "builder", beat = "beat", live = "live" }
    error_message = "Each its own keys in Valkey, and the doorbell."
  }

  assert {
    condition     = toset([for process, rules in local.valkey_users : process if strcontains(rules, " +brpop ")]) == toset(["shopworker", "worker"]) && alltrue([for rules in local.valkey_users : !can(regex("@[b-z]|\\+(keys|scan|eval )", rules))])
    error_message = "Two hear the doorbell, and nobody learns the names of keys."
  }

  # --- Where it is found

  assert {
    condition     = toset(output.hosts) == toset(["souk.example", "*.souk.example", "*.portal.souk.example", "office.souk.example", "media.souk.example"])
    error_message = "Market, shop fronts, portals, office, pictures."
  }

  assert {
    condition     = local.faces.live.priority < local.faces.office.priority && local.faces.office.priority < local.faces.portal.priority && local.faces.portal.priority < local.faces.web.priority
    error_message = "The wildcard that covers all is asked last."
  }
}

run "nothing_runs_before_it_may" {
  command = plan

  variables {
    running = false
  }

  assert {
    condition     = alltrue([for count in output.task_counts : count.min == 0 && count.max == 0])
    error_message = "For the first installation, and a restore."
  }
}

run "the_server_is_checked_where_its_authorities_are_known" {
  command = plan

  variables {
    database_ca_file = "/app/rds.pem"
  }

  assert {
    condition     = local.database_tls == tomap({ PGSSLMODE = "verify-full", PGSSLROOTCERT = "/app/rds.pem" })
    error_message = "By certificate and name."
  }
}

run "a_tag_is_no_image" {
  command = plan

  variables {
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk:latest"
  }

  expect_failures = [var.image]
}

run "every_process_has_a_size" {
  command = plan

  variables {
    sizes = { web = { cpu = 512, memory = 1024, min = 1, max = 2 } }
  }

  expect_failures = [var.sizes]
}
