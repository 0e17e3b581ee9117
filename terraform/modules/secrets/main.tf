# Places for secrets, not the secrets: the operator puts the values in, so that no state file and no plan ever has them.

resource "aws_secretsmanager_secret" "this" {
  for_each = var.names

  name                    = "${var.name}/${each.key}"
  description             = "Souk: ${each.key}"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_days
}
