mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name            = "souk-test"
  key_arn         = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  emails          = ["operations@souk.example"]
  load_balancer   = { load_balancer = "app/souk/1", target_groups = { web = "targetgroup/souk-web/1" } }
  latency_seconds = 1
  cluster_name    = "souk-test"
  services        = { web = { name = "souk-test-web", min = 2 } }
  database        = { identifier = "souk-test", max_connections = 800, storage_gb = 200 }
  valkey_node_ids = ["souk-test-001", "souk-test-002"]

  metrics_namespace = "Souk/souk-test"
  queue_age_seconds = { limit = 300, queues = ["mail", "outbox"] }
}

run "what_wakes_somebody" {
  command = plan

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "load-balancer-balancer-5xx", "load-balancer-process-5xx", "load-balancer-latency", "unhealthy-web",
      "service-web-cpu", "service-web-memory", "service-web-down",
      "database-cpu", "database-storage", "database-memory", "database-connections", "database-transactions", "database-replication",
      "valkey-1-cpu", "valkey-1-memory", "valkey-1-evictions", "valkey-1-replication",
      "valkey-2-cpu", "valkey-2-memory", "valkey-2-evictions", "valkey-2-replication",
      "mail-bounces", "mail-complaints", "queue-age-mail", "queue-age-outbox", "ledger-exceptions",
    ])
    error_message = "Errors, latency, CPU, storage, connections, replication, unhealthy tasks, queues, mail, books."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-connections"].threshold == 640 && aws_cloudwatch_metric_alarm.this["database-storage"].threshold == 32212254720 && aws_cloudwatch_metric_alarm.this["service-web-down"].threshold == 2
    error_message = "640 of 800 connections, 30 of 200 GB, fewer than two tasks."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["load-balancer-latency"].extended_statistic == "p95" && aws_cloudwatch_metric_alarm.this["load-balancer-latency"].statistic == null && aws_cloudwatch_metric_alarm.this["load-balancer-latency"].threshold == 1
    error_message = "One answer in twenty slower than a second."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["queue-age-mail"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["queue-age-mail"].dimensions == tomap({ queue = "mail" })
    error_message = "No figures of queues are bad news."
  }
}

run "somebody_is_told_in_private" {
  command = apply

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.this.arn])]) && aws_sns_topic.this.kms_master_key_id == var.key_arn
    error_message = "Every alarm goes to the topic, which is encrypted."
  }

  assert {
    condition     = [for subscription in aws_sns_topic_subscription.email : subscription.endpoint] == ["operations@souk.example"]
    error_message = "By mail."
  }
}

run "without_a_collector_nobody_asks_for_its_figures" {
  command = plan

  variables {
    metrics_namespace = null
  }

  assert {
    condition     = length([for name in keys(aws_cloudwatch_metric_alarm.this) : name if startswith(name, "queue-age") || startswith(name, "ledger")]) == 0
    error_message = "An alarm that can never end is noise."
  }
}
