mock_provider "aws" {
  source = "../../mocks"
}

variables {
  account_id           = "123456789012"
  domain               = "souk.example"
  zone_id              = "Z0123456789ABCDEFGHIJ"
  bucket_prefix        = "example-souk"
  image                = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/souk@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  image_repository_arn = "arn:aws:ecr:eu-central-1:123456789012:repository/souk"
  alarm_emails         = ["operations@souk.example"]
}

run "production" {
  command = apply
  assert {
    condition     = output.souk.database.multi_az
    error_message = "x"
  }
}
