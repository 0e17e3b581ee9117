output "faces_arn" {
  description = "Certificate of all faces, once it is issued."
  value       = aws_acm_certificate_validation.faces.certificate_arn
}

output "pictures_arn" {
  description = "Certificate of the pictures' host, in us-east-1, once it is issued."
  value       = aws_acm_certificate_validation.pictures.certificate_arn
}
