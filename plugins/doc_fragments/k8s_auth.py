# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents CONNECTION of module_utils/_module.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options of every module that talks to a cluster."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file on the host where the task runs, or the content of one as a mapping or as YAML text.
      - Secrets of an inline kubeconfig are masked in what the task prints.
      - Environment variable E(K8S_AUTH_KUBECONFIG).
    type: raw
  context:
    description:
      - Context of the kubeconfig to use; by default the current one.
      - Environment variable E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server. It replaces the server of a kubeconfig that is given as well, whose certificate authority
        stays in force while its C(tls-server-name), which is a name of its own server, does not.
      - Environment variable E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token, for example that of a service account.
      - Environment variable E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - User name for basic authentication, which few clusters still offer.
      - Environment variable E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - Password for basic authentication.
      - Environment variable E(K8S_AUTH_PASSWORD).
    type: str
  validate_certs:
    description:
      - Whether to check the certificate of the API server. Checked unless this option or the kubeconfig says otherwise.
      - Environment variable E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  ca_cert:
    description:
      - File with the certificates of the authority that signed the API server's certificate.
      - Environment variable E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  client_cert:
    description:
      - File with a client certificate.
      - Environment variable E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - File with the key of O(client_cert).
      - Environment variable E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  proxy:
    description:
      - URL of an HTTP proxy to reach the API server through.
      - Servers that the environment variable C(NO_PROXY) lists are reached without one, whatever names it.
      - Environment variable E(K8S_AUTH_PROXY).
    type: str
  impersonate_user:
    description:
      - User to act as. The user who connects needs the right to do so.
      - Environment variable E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - Groups to act as, beside O(impersonate_user).
      - Environment variable E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
  request_timeout:
    description: Seconds until one request to the API server counts as failed.
    type: float
    default: 30
  retry_timeout:
    description:
      - Seconds for which a request is repeated that meets a broken connection, a busy server (429) or a failing one
        (5xx). The pauses follow what the server asks for.
      - A server that was never reached is given up after three tries. So is every request after one that was repeated
        this long in vain, until the server gives another answer than such a failure.
    type: float
    default: 60
  timeout:
    description: Seconds after which the task gives up, whatever it is doing.
    type: float
    default: 3600
requirements:
  - Python 3.9 or newer
  - kubernetes >= 25.3.0 (Python library)
notes:
  - The options that name and open the connection, and their environment variables, have the names they have in the
    modules of C(kubernetes.core).
  - The connection is the first of these that is there - O(host); O(kubeconfig) or O(context); C(~/.kube/config);
    the service account of the pod that the task runs in. Beside a kubeconfig, the other options replace its values.
  - O(api_key), O(client_cert) or O(username) replaces all credentials of a kubeconfig, of whatever kind they are.
  - Files, environment variables and Python libraries are those of the host where the task runs. To use those of the
    controller, run the task there (C(hosts) or C(delegate_to) V(localhost)).
"""
