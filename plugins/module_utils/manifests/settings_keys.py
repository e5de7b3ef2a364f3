# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of Argo CD's settings that it reads, so that a misspelt one is noticed: it would have no effect.

Read from util/settings/settings.go and manifests/ of Argo CD 3.6. Other versions know a few more or less, which is why
an unknown key is only warned of.
"""

from __future__ import annotations

import difflib

PARAMETERS = {
    "application": """
        namespaces
    """,
    "applicationsetcontroller": """
        allowed.scm.providers concurrent.reconciliations.max debug dryrun enable.git.submodule
        enable.github.api.metrics enable.leader.election enable.new.git.file.globbing enable.policy.override
        enable.progressive.syncs enable.scm.providers enable.tokenref.strict.mode
        global.preserved.annotations global.preserved.labels grpc.enable.txt.service.config k8s.client.burst
        k8s.client.max.idle.connections k8s.client.qps k8s.tcp.idle.timeout k8s.tcp.keepalive
        k8s.tcp.timeout k8s.tls.handshake.timeout log.format log.level namespaces policy profile.enabled
        repo.server.ca.cert.path repo.server.client.cert.key.path repo.server.client.cert.path
        repo.server.plaintext repo.server.strict.tls repo.server.timeout.seconds requeue.after
        scm.root.ca.path status.max.resources.count webhook.parallelism.limit wq.backoff.factor
        wq.basedelay.ns wq.bucket.qps wq.bucket.size wq.cooldown.ns wq.maxdelay.ns
    """,
    "commit": """
        server
    """,
    "commitserver": """
        grpc.enable.txt.service.config listen.address log.format log.level metrics.listen.address
        signing.key.passphrase.file signing.key.path
    """,
    "controller": """
        app.state.cache.expiration cluster.cache.batch.events.processing
        cluster.cache.events.processing.interval default.cache.expiration diff.server.side
        grpc.enable.txt.service.config hydration.processors ignore.normalizer.jq.timeout k8s.client.burst
        k8s.client.max.idle.connections k8s.client.qps k8s.tcp.idle.timeout k8s.tcp.keepalive
        k8s.tcp.timeout k8s.tls.handshake.timeout k8sclient.retry.base.backoff k8sclient.retry.max
        kubectl.parallelism.limit log.format log.level metrics.application.conditions
        metrics.application.labels metrics.cache.expiration metrics.cluster.labels operation.processors
        profile.enabled repo.error.grace.period.seconds repo.server.ca.cert.path
        repo.server.client.cert.key.path repo.server.client.cert.path repo.server.plaintext
        repo.server.strict.tls repo.server.timeout.seconds resource.health.persist
        self.heal.backoff.cap.seconds self.heal.backoff.cooldown.seconds self.heal.backoff.factor
        self.heal.backoff.timeout.seconds self.heal.timeout.seconds sharding.algorithm status.processors
        sync.timeout.seconds sync.wave.delay.seconds
    """,
    "dexserver": """
        connector.failure.continue disable.tls log.format log.level
    """,
    "hydrator": """
        enabled
    """,
    "log": """
        format.timestamp
    """,
    "notificationscontroller": """
        log.format log.level processors.count repo.server.ca.cert.path repo.server.client.cert.key.path
        repo.server.client.cert.path repo.server.plaintext selfservice.enabled
    """,
    "otlp": """
        address attrs headers insecure sample.ratio
    """,
    "redis": """
        compression db key.prefix sentinel.hosts sentinel.master server
    """,
    "repo": """
        server
    """,
    "reposerver": """
        allow.oob.symlinks client.ca.path default.cache.expiration disable.helm.manifest.max.extracted.size
        disable.oci.manifest.max.extracted.size disable.tls enable.builtin.git.config enable.git.submodule
        git.lsremote.parallelism.limit git.request.timeout grpc.enable.txt.service.config grpc.max.size
        helm.manifest.max.extracted.size helm.user.agent include.hidden.directories listen.address
        log.format log.level max.combined.directory.manifests.size metrics.listen.address
        oci.layer.media.types oci.manifest.max.extracted.size parallelism.limit plugin.tar.exclusions
        plugin.use.manifest.generate.paths profile.enabled repo.cache.expiration revision.cache.lock.timeout
        streamed.manifest.max.extracted.size streamed.manifest.max.tar.size tls.ciphers tls.curvepreferences
        tls.maxversion tls.minversion
    """,
    "server": """
        api.content.types app.state.cache.expiration basehref connection.status.cache.expiration
        content.security.policy default.cache.expiration dex.server dex.server.plaintext
        dex.server.strict.tls disable.auth disable.swagger.ui enable.gzip enable.proxy.extension
        glob.cache.size grpc.enable.txt.service.config http.cookie.maxnumber insecure k8s.client.burst
        k8s.client.max.idle.connections k8s.client.qps k8s.tcp.idle.timeout k8s.tcp.keepalive
        k8s.tcp.timeout k8s.tls.handshake.timeout k8sclient.retry.base.backoff k8sclient.retry.max
        listen.address log.format log.level metrics.listen.address oidc.cache.expiration profile.enabled
        repo.server.ca.cert.path repo.server.client.cert.key.path repo.server.client.cert.path
        repo.server.plaintext repo.server.strict.tls repo.server.timeout.seconds rootpath staticassets
        sync.replace.allowed tls.ciphers tls.curvepreferences tls.maxversion tls.minversion
        webhook.parallelism.limit webhook.refresh.workers x.frame.options
    """,
}
"""Of argocd-cmd-params-cm, by their first part."""

SETTINGS = frozenset(
    """
    additionalUrls admin.enabled application.allowedNodeLabels application.instanceLabelKey application.links
    application.resourceTrackingMethod application.sync.impersonation.enabled application.sync.impersonation.enforced
    application.sync.requireOverridePrivilegeForRevisionSync cluster.inClusterEnabled commit.author.email
    commit.author.name dex.auth.connectorId dex.config exec.enabled exec.shells extension.config ga.anonymizeusers
    ga.trackingid globalProjects helm.enable helm.valuesFileSchemes help.chatText help.chatUrl installationID
    jsonnet.enable kustomize.buildOptions kustomize.enable oidc.config oidc.tls.insecure.skip.verify passwordPattern
    project.links resource.compareoptions resource.customLabels resource.customizations resource.excludeEventLabelKeys
    resource.exclusions resource.ignoreResourceUpdatesEnabled resource.includeEventLabelKeys resource.inclusions
    resource.links resource.manifest.compression resource.manifest.compression.enabled resource.manifest.storage
    resource.respectRBAC resource.selectors resource.sensitive.mask.annotations server.maxPodLogsToRender
    server.rbac.disableApplicationFineGrainedRBACInheritance server.rbac.rollback.enforce.enable
    sourceHydrator.commitMessageTemplate sourceHydrator.readmeMessageTemplate statusbadge.enabled statusbadge.url
    timeout.hard.reconciliation timeout.reconciliation timeout.reconciliation.jitter ui.bannercontent
    ui.bannerpermanent ui.bannerposition ui.bannerurl ui.cssurl ui.loginButtonText ui.view.resources.disabled url
    users.anonymous.enabled users.session.duration webhook.maxPayloadSizeMB webhook.refresh.jitter
    webhook.refresh.jitter.threshold
    """.split()
)
FAMILIES = (
    "accounts.",
    "extension.config.",
    "help.download.",
    "kustomize.buildOptions.",
    "kustomize.path.",
    "kustomize.version.",
    "resource.customizations.",
)
"""Of argocd-cm; keys that begin so go on with a name, a version or a kind."""
SECRETS = frozenset(
    """
    tls.crt tls.key webhook.azuredevops.password webhook.azuredevops.username webhook.bitbucket.uuid
    webhook.bitbucketserver.secret webhook.dockerhub.secret webhook.github.secret webhook.gitlab.secret
    webhook.gogs.secret webhook.harbor.secret
    """.split()
)
"""Of argocd-secret, beside those that argocd-cm points to with ``$KEY``."""
RBAC = frozenset(("policy.csv", "policy.default", "policy.matchMode", "scopes"))
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "rbac": {"policy.matchMode": ("glob", "regex")},
    "settings": {
        "application.resourceTrackingMethod": ("annotation", "annotation+label", "label"),
        "resource.respectRBAC": ("normal", "strict"),
        "ui.bannerposition": ("both", "bottom", "top"),
    },
}
"""By option, values of keys that take nothing else."""
READ_AT_START = frozenset(("timeout.hard.reconciliation", "timeout.reconciliation", "timeout.reconciliation.jitter"))
"""Of argocd-cm, what processes read only when they start, as they read all of argocd-cmd-params-cm."""


def unknown_setting(key: str) -> str:
    """Say what is odd about a key of argocd-cm, or nothing."""
    return "" if key.startswith(FAMILIES) else _unknown(key, SETTINGS)


def unknown_parameter(key: str) -> str:
    """Say what is odd about a key of argocd-cmd-params-cm, or nothing."""
    return _unknown(key, parameters())


def unknown_rbac(key: str) -> str:
    """Say what is odd about a key of argocd-rbac-cm, or nothing; ``policy.NAME.csv`` adds to ``policy.csv``."""
    return "" if key.startswith("policy.") and key.endswith(".csv") else _unknown(key, RBAC)


def misspelt_secret(key: str) -> str:
    """Say which key of argocd-secret another one looks like; any key may be there, for others to point to."""
    near = difflib.get_close_matches(key, SECRETS, 1, 0.9)
    return f"Argo CD reads {near[0]}, not this key" if near and key not in SECRETS else ""


def parameters() -> frozenset[str]:
    """Give all keys of argocd-cmd-params-cm."""
    return frozenset(f"{first}.{rest}" for first, all_rest in PARAMETERS.items() for rest in all_rest.split())


def _unknown(key: str, known: frozenset[str]) -> str:
    if key in known:
        return ""
    near = difflib.get_close_matches(key, known, 1)
    return "Argo CD does not know this key" + (f", did you mean {near[0]}?" if near else "")
