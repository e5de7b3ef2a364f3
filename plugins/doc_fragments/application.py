# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents OPTIONS of module_utils/manifests/application.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that describe one Application."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the Application, at most 63 characters, because Argo CD may write it into a label.
      - A new name is a new Application; the old one stays until it is deleted.
    type: str
  labels:
    description: Labels of the Application. Labels that others set stay.
    type: dict
  annotations:
    description: Annotations of the Application. Annotations that others set stay.
    type: dict
  finalizers:
    description:
      - Finalizers of the Application. Those that others set stay.
      - For the one that decides about the workloads there is O(cascade).
    type: list
    elements: str
  cascade:
    description:
      - What becomes of the workloads when the Application is deleted, by whomever. V(foreground) deletes them and waits
        for what belongs to them, V(background) deletes them and lets the cluster clean up, V(orphan) leaves them
        running.
      - A present Application gets the finalizer for it, V(orphan) is the same as no finalizer of ours.
      - Before this task deletes an Application (O(state=absent) or O(prune)), its finalizer is changed to what the
        option says, so that V(orphan) saves the workloads. When it is left out, the Application is deleted with the
        finalizers it has; without any, its workloads stay.
      - On the top level of the task it stands for every item of O(applications) that has none of its own.
      - The workloads stay, too, when Argo CD no longer knows the cluster they run in. Delete Applications first, then
        their project, then the cluster.
    type: str
    choices: [foreground, background, orphan]
  project:
    description:
      - Project of the Application; V(default) is written when it is left out.
      - Unless somebody restricted it, the project V(default) permits every repository, cluster, namespace and kind.
    type: str
  source:
    description: Where the manifests come from. Exactly one of O(source), O(sources) and O(source_hydrator) is needed.
    type: dict
    suboptions: &source
      repo_url:
        description:
          - URL of a Git repository, a Helm repository or an OCI registry.
          - Credentials in it are refused, because everybody who may read Applications can read them. Register the
            repository in Argo CD with its credentials.
        type: str
        required: true
      target_revision:
        description:
          - For Git a branch, a tag, a commit, or a version range over tags such as V(1.2.*). The default branch
            (V(HEAD)) when it is left out.
          - For a chart its version or a range of versions; it must be given.
          - Write it in quotes. Without them YAML takes V(1.10) for the number 1.1.
        type: str
      path:
        description:
          - Folder of the repository, relative to its root. Not together with C(chart).
          - One of C(path) and C(chart) is needed, except for an item of O(sources) with C(ref).
        type: str
      chart:
        description: Name of the chart in a Helm repository. For a chart that lies in Git, use C(path).
        type: str
      ref:
        description: >-
          Only in O(sources). A name for this source; value files of the other sources can then lie in it, written as
          V($name/path/values.yaml).
        type: str
      name:
        description: Only in O(sources). A name shown for this source; it may be there only once.
        type: str
      tag_prefix:
        description: >-
          Look only at tags that begin so, and compare what follows with C(target_revision) as a version range, as in a
          repository with several components. Argo CD 3.5 or newer.
        type: str
      helm:
        description: How to render a Helm chart.
        type: dict
        suboptions: &helm
          release_name:
            description: >-
              Name of the release; by default the name of the Application. Helm takes 53 characters at most, so an
              Application with a longer name needs it.
            type: str
          value_files:
            description: >-
              Value files, relative to the chart, or V($ref/path) into another of the O(sources). Later files win over
              earlier ones.
            type: list
            elements: str
          values:
            description: Values as YAML text. Wins over C(value_files); C(values_object) replaces it.
            type: str
          values_object:
            description: Values as a mapping. Prefer it to C(values).
            type: dict
          parameters:
            description: Single values, as with C(helm --set). They win over all other values.
            type: list
            elements: dict
            suboptions:
              name:
                description: Path of the value, such as V(image.tag). A dot inside a key needs a backslash.
                type: str
              value:
                description: The value.
                type: str
              force_string:
                description: Hand the value over as a string, even if it looks like a number or a boolean.
                type: bool
          file_parameters:
            description: Values read from files of the repository, as with C(helm --set-file).
            type: list
            elements: dict
            suboptions:
              name:
                description: Path of the value.
                type: str
              path:
                description: File with the value.
                type: str
          version:
            description: Version of Helm. Argo CD has only V(v3) left, so there is nothing to choose.
            type: str
          pass_credentials:
            description: Send the credentials of the repository to other hosts that the chart refers to, too.
            type: bool
          ignore_missing_value_files:
            description: Skip value files that do not exist.
            type: bool
          skip_crds:
            description: Leave out the definitions in the chart's folder C(crds).
            type: bool
          skip_tests:
            description: Leave out the chart's tests.
            type: bool
          skip_schema_validation:
            description: Do not check the values against the chart's schema.
            type: bool
          namespace:
            description: Namespace to render for; by default that of O(destination).
            type: str
          kube_version:
            description: Version of Kubernetes to render for; by default that of the destination cluster.
            type: str
          api_versions:
            description: >-
              API versions that the chart finds in the cluster, each written as V([group/]version/kind); by default
              those of the destination cluster.
            type: list
            elements: str
      kustomize:
        description: How to build a folder with Kustomize.
        type: dict
        suboptions: &kustomize
          name_prefix:
            description: Put before the name of each object.
            type: str
          name_suffix:
            description: Put after the name of each object.
            type: str
          namespace:
            description: Namespace of all objects.
            type: str
          images:
            description: Images to replace, each written as V([old=]name:tag) or V([old=]name@digest).
            type: list
            elements: str
          replicas:
            description: Number of replicas of single workloads.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the workload.
                type: str
                required: true
              count:
                description: Number of replicas, as an integer or a string.
                type: raw
                required: true
          common_labels:
            description: Labels for all objects.
            type: dict
          common_annotations:
            description: Annotations for all objects.
            type: dict
          common_annotations_envsubst:
            description: Replace variables such as V($ARGOCD_APP_NAME) in the values of C(common_annotations).
            type: bool
          force_common_labels:
            description: Let C(common_labels) replace labels that the objects have.
            type: bool
          force_common_annotations:
            description: Let C(common_annotations) replace annotations that the objects have.
            type: bool
          label_without_selector:
            description: >-
              Put C(common_labels) on objects only, not into selectors, which cannot be changed later, and not into
              templates.
            type: bool
          label_include_templates:
            description: With C(label_without_selector), put the labels into templates (such as those of pods), too.
            type: bool
          components:
            description: Kustomize components to add, relative to C(path).
            type: list
            elements: str
          ignore_missing_components:
            description: Skip components that do not exist.
            type: bool
          patches:
            description: Kustomize patches to add.
            type: list
            elements: dict
            suboptions:
              path:
                description: File with the patch, instead of C(patch).
                type: str
              patch:
                description: The patch as text, a strategic merge patch or a JSON patch.
                type: str
              options:
                description: Options of the patch, such as V(allowNameChange) or V(allowKindChange), each true or false.
                type: dict
              target:
                description: The objects to patch, chosen by all that is given.
                type: dict
                suboptions:
                  group:
                    description: API group.
                    type: str
                  version:
                    description: API version.
                    type: str
                  kind:
                    description: Kind.
                    type: str
                  name:
                    description: Name, a regular expression.
                    type: str
                  namespace:
                    description: Namespace, a regular expression.
                    type: str
                  label_selector:
                    description: Label selector.
                    type: str
                  annotation_selector:
                    description: Selector over annotations, written like a label selector.
                    type: str
          version:
            description: Version of Kustomize, one of those that the settings of Argo CD name.
            type: str
          kube_version:
            description: >-
              Version of Kubernetes for charts that Kustomize renders; by default that of the destination cluster.
            type: str
          api_versions:
            description: >-
              API versions for charts that Kustomize renders, each written as V([group/]version/kind); by default those
              of the destination cluster.
            type: list
            elements: str
      directory:
        description: How to read a folder of plain manifests or Jsonnet.
        type: dict
        suboptions: &directory
          recurse:
            description: Read subfolders, too.
            type: bool
          include:
            description: Read only files that match this pattern, such as V(*.yaml) or V({web,api}/*.yaml).
            type: str
          exclude:
            description: Leave out files that match this pattern.
            type: str
          disable_extension_filter:
            description: >-
              Read files of any name, not only C(.yaml), C(.yml), C(.json) and C(.jsonnet); the patterns choose. Argo CD
              3.6 or newer.
            type: bool
          jsonnet:
            description: How to evaluate Jsonnet.
            type: dict
            suboptions:
              ext_vars:
                description: External variables.
                type: list
                elements: dict
                suboptions: &variables
                  name:
                    description: Name of the variable.
                    type: str
                    required: true
                  value:
                    description: Its value, always written as a string.
                    type: str
                    required: true
                  code:
                    description: Take the value as Jsonnet code instead of as a string.
                    type: bool
              tlas:
                description: Arguments of a function at the top level.
                type: list
                elements: dict
                suboptions: *variables
              libs:
                description: Folders of the repository to search for libraries.
                type: list
                elements: str
      plugin:
        description: Let a config management plugin of Argo CD make the manifests.
        type: dict
        suboptions: &plugin
          name:
            description: Name of the plugin; without it the plugin whose discovery rule fits is used.
            type: str
          env:
            description: Environment variables for the plugin, which sees their names with C(ARGOCD_ENV_) before them.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the variable.
                type: str
                required: true
              value:
                description: Its value.
                type: str
                required: true
          parameters:
            description: Parameters that the plugin announced. Each has one of C(string), C(array) and C(map).
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the parameter.
                type: str
              string:
                description: Its value, for a parameter that is a string.
                type: str
              array:
                description: Its value, for a parameter that is a list.
                type: list
                elements: str
              map:
                description: Its value, for a parameter that maps names to strings.
                type: dict
  sources:
    description:
      - Several sources whose manifests are put together, or charts with value files from elsewhere.
      - The list is one value. An Application gets exactly the sources that are named.
    type: list
    elements: dict
    suboptions: *source
  source_hydrator:
    description: >-
      Let Argo CD commit the rendered manifests to a branch and sync from there. The hydrator must be switched on in
      Argo CD.
    type: dict
    suboptions:
      dry_source:
        description: Where the templates are.
        type: dict
        required: true
        suboptions:
          repo_url:
            description: URL of the Git repository, without credentials.
            type: str
            required: true
          target_revision:
            description: Branch, tag or commit.
            type: str
            required: true
          path:
            description: Folder, relative to the root of the repository.
            type: str
            required: true
          helm:
            description: How to render a Helm chart.
            type: dict
            suboptions: *helm
          kustomize:
            description: How to build a folder with Kustomize.
            type: dict
            suboptions: *kustomize
          directory:
            description: How to read a folder of plain manifests or Jsonnet.
            type: dict
            suboptions: *directory
          plugin:
            description: Let a config management plugin of Argo CD make the manifests.
            type: dict
            suboptions: *plugin
      sync_source:
        description: Where the rendered manifests are synced from.
        type: dict
        required: true
        suboptions:
          target_branch:
            description: Branch to sync from, and to commit to unless O(source_hydrator.hydrate_to) is given.
            type: str
            required: true
          path:
            description: Folder of that branch. It must not be the root of the repository.
            type: str
            required: true
          repo_url:
            description: Repository of that branch, if it is not that of the templates. Argo CD 3.5 or newer.
            type: str
      hydrate_to:
        description: Commit somewhere else than is synced from, for example to have the change reviewed first.
        type: dict
        suboptions:
          target_branch:
            description: Branch to commit to.
            type: str
            required: true
  destination:
    description: Where the workloads run. Exactly one of C(server) and C(name) is needed.
    type: dict
    suboptions:
      server:
        description: URL of the cluster; V(https://kubernetes.default.svc) is the one that Argo CD itself runs in.
        type: str
      name:
        description: Name under which Argo CD knows the cluster, such as V(in-cluster).
        type: str
      namespace:
        description: Namespace for objects whose manifests name none.
        type: str
  sync_policy:
    description: When and how Argo CD brings the manifests to the cluster.
    type: dict
    suboptions:
      automated:
        description:
          - Sync by itself. Its mere presence switches that on, V({}) included.
          - Left out, auto-sync is off, unless somebody else switched it on.
        type: dict
        suboptions:
          enabled:
            description: Set it to V(false) to pause auto-sync and keep its settings. Argo CD 3.1 or newer.
            type: bool
          prune:
            description: Delete what is no longer among the manifests. By default it stays and is shown as out of sync.
            type: bool
          self_heal:
            description: Sync again when somebody changed the cluster, not only when Git changed.
            type: bool
          allow_empty:
            description: With C(prune), sync even if no manifests are left, which deletes everything.
            type: bool
      sync_options:
        description:
          - Options of a sync, each written as V(Name=value).
          - Argo CD compares them letter by letter and passes over what it does not know, V(CreateNamespace=True)
            included. So anything but the spellings it knows is refused here.
          - Booleans are V(true) or V(false) for C(ApplyOutOfSyncOnly), C(ClientSideApplyMigration),
            C(CreateNamespace), C(FailOnSharedResource), C(Force), C(PruneLast), C(Replace),
            C(RespectIgnoreDifferences), C(ServerSideApply), C(SkipDryRunOnMissingResource) and C(Validate).
          - C(Delete) and C(Prune) take V(true), V(false) or V(confirm); C(PrunePropagationPolicy) takes V(foreground),
            V(background) or V(orphan).
          - The namespace that C(CreateNamespace=true) makes stays when the Application is deleted.
        type: list
        elements: str
      retry:
        description: >-
          What to do about a failed sync. Without it an automated sync is tried again 5 times and one that was asked for
          is not.
        type: dict
        suboptions:
          limit:
            description: >-
              How often to try again. Negative means without end. V(0) means never, and so does leaving it out beside
              other settings of C(retry).
            type: int
          backoff:
            description: Pauses between the tries; by default 5 s, then twice as long each time, up to 3 minutes.
            type: dict
            suboptions:
              duration:
                description: First pause, such as V(5s).
                type: str
              factor:
                description: What the pause is multiplied by each time.
                type: int
              max_duration:
                description: Longest pause, such as V(3m).
                type: str
          refresh:
            description: Try again with the newest revision instead of the one that failed. Argo CD 3.2 or newer.
            type: bool
      managed_namespace_metadata:
        description: >-
          Labels and annotations of the destination's namespace. They take effect only with the sync option
          V(CreateNamespace=true).
        type: dict
        suboptions:
          labels:
            description: Labels of the namespace.
            type: dict
          annotations:
            description: Annotations of the namespace.
            type: dict
  ignore_differences:
    description:
      - Differences between manifest and cluster that do not make the Application out of sync.
      - A sync still writes these fields, unless the sync option V(RespectIgnoreDifferences=true) is set.
    type: list
    elements: dict
    suboptions:
      group:
        description: API group; empty for the core group, V(*) for any.
        type: str
      kind:
        description: Kind; V(*) for any.
        type: str
        required: true
      name:
        description: Name of one object; by default all of the kind.
        type: str
      namespace:
        description: Namespace of the objects; by default any.
        type: str
      json_pointers:
        description: Fields as JSON pointers, such as V(/spec/replicas). A slash inside a name is written V(~1).
        type: list
        elements: str
      jq_path_expressions:
        description: Fields as jq paths, such as V(.spec.template.spec.containers[].image).
        type: list
        elements: str
      managed_fields_managers:
        description: All fields that these field managers own.
        type: list
        elements: str
  info:
    description: Facts for people, shown with the Application; a URL becomes a link.
    type: list
    elements: dict
    suboptions:
      name:
        description: What it is.
        type: str
        required: true
      value:
        description: What it says.
        type: str
        required: true
  revision_history_limit:
    description: >-
      How many past deployments to remember for a rollback. Argo CD remembers 10 when it is left out, and none with
      V(0).
    type: int
  spec_overrides:
    description:
      - What is merged into C(spec) last, written as in the manifest (C(camelCase)), for fields that a newer Argo CD has
        and this module does not know.
      - Mappings are merged key by key, anything else is replaced, and null takes a key away.
    type: dict
"""
