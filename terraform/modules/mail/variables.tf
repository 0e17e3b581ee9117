variable "name" {
  description = "What names begin with, for instance souk-production."
  type        = string
}

variable "domain" {
  description = "Domain of the senders."
  type        = string
}

variable "zone_id" {
  description = "Hosted zone in which the domain lies."
  type        = string
}

variable "alarm_topic_arn" {
  description = "Where complaints, and mail that was refused for good, are told."
  type        = string
}

variable "dmarc_reports_to" {
  description = "Mail address to which others report mail that claims to be ours."
  type        = string
}
