# Vault Agent on a TiKV host: one template, one pair. Addresses, role and names are yours.

vault {
  address = "https://vault.example.com:8200"
}

auto_auth {
  method "approle" {
    config = {
      role_id_file_path   = "/etc/vault-agent/role-id"
      secret_id_file_path = "/etc/vault-agent/secret-id"
    }
  }
}

template_config {
  # Renew after two thirds of the lifetime: the default of 0.9 comes after the warning of the last fifth.
  lease_renewal_threshold = 0.67
}

template {
  # Key, certificate and CA in one file: after a restart Vault Agent takes the pair in force from it, and what is not in
  # it would be empty.
  contents = <<EOT
{{ with pkiCert "pki/issue/tidb" "common_name=tikv" "alt_names=localhost,tikv-1.example.com" "ip_sans=127.0.0.1,10.0.1.2" "ttl=720h" }}
{{ .Key }}{{ .Cert }}{{ .CA }}
{{ end }}
EOT

  destination = "/tidb-deploy/tikv-20160/tls/bundle.pem"
  perms       = "0600"
  user        = "tidb"
  group       = "tidb"

  exec {
    command = ["/usr/local/bin/install-pair", "/tidb-deploy/tikv-20160/tls", "tikv.crt", "tikv.pem"]
  }
}
