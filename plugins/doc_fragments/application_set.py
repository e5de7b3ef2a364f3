# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents OPTIONS of module_utils/manifests/application_set.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that describe one ApplicationSet."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the ApplicationSet.
      - A new name is a new ApplicationSet; the old one and its Applications stay until it is deleted.
    type: str
  labels:
    description: Labels of the ApplicationSet, not of its Applications. Labels that others set stay.
    type: dict
  annotations:
    description: Annotations of the ApplicationSet, not of its Applications. Annotations that others set stay.
    type: dict
  finalizers:
    description: Finalizers of the ApplicationSet. Those that others set stay.
    type: list
    elements: str
  go_template:
    description:
      - Take the strings of O(template) for Go templates, V({{ .path.basename }}), with the functions of Sprig.
      - Without it only the names of parameters are replaced, V({{path.basename}}), and what is no such name stays as
        it is, braces included.
      - Recommended for everything new. See the notes on how to write braces in a playbook.
    type: bool
  go_template_options:
    description: >-
      What a Go template does about a parameter that does not exist. V(missingkey=error) makes an error of it and is
      recommended; by default the text V(<no value>) takes its place.
    type: list
    elements: str
  generators:
    description:
      - What the parameters come from. Each entry has exactly one generator, and O(generators[].selector) if wanted.
        The Applications are those of all entries together.
      - A generator without settings is written V({}).
      - The list is one value. An ApplicationSet gets exactly the generators that are named.
      - Required unless the ApplicationSet is deleted. An empty list is refused, as it would delete all Applications.
    type: list
    elements: dict
    suboptions:
      list:
        description: Parameters that are written down here.
        type: dict
        suboptions:
          elements:
            description:
              - One mapping for each Application. Its keys are free, each is a parameter.
              - Without O(go_template) all values are strings, except that C(values) may be a mapping of strings.
            type: list
            elements: dict
          elements_yaml:
            description: >-
              More elements, as the YAML text of a list. In a matrix it may hold parameters of the generator before it,
              as in V({{ .clusters | toJson }}).
            type: str
          template: &template
            description: >-
              What is different in the Applications of this generator, with the keys of O(template), all of them
              optional. What is not empty here replaces what O(template) says. It counts for a generator that stands
              directly in O(generators).
            type: dict
      clusters:
        description: >-
          The clusters that Argo CD knows, each with the parameters C(name), C(nameNormalized), C(server), C(project),
          C(metadata.labels) and C(metadata.annotations).
        type: dict
        suboptions:
          selector:
            description: >-
              Only clusters whose Secret has such labels. The cluster that Argo CD runs in has no Secret unless it was
              registered, and is left out as soon as something is selected.
            type: dict
            suboptions: &selector
              match_labels:
                description: Labels and their values, all of which must be there.
                type: dict
              match_expressions:
                description: Conditions, all of which must hold.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name of the label.
                    type: str
                    required: true
                  operator:
                    description: How to compare. V(Exists) and V(DoesNotExist) take no C(values).
                    type: str
                    required: true
                    choices: [In, NotIn, Exists, DoesNotExist]
                  values:
                    description: Values to compare with.
                    type: list
                    elements: str
          flat_list:
            description: Give all clusters as one list in the parameter C(clusters), so that they make one Application.
            type: bool
          values: &values
            description: >-
              More parameters, each a string, that become C(values.NAME). They may themselves hold parameters of this
              generator.
            type: dict
          template: *template
      git:
        description: >-
          Folders or files of a Git repository. Exactly one of C(directories) and C(files) is needed. Folders have the
          parameters C(path.path) (without O(go_template) C(path)), C(path.basename) and the like, files also what is
          written in them.
        type: dict
        suboptions: &repository
          repo_url:
            description: URL of the repository. Credentials come from the repositories that Argo CD knows.
            type: str
            required: true
          revision:
            description: Branch, tag or commit; for O(generators[].oci) tag or digest.
            type: str
            required: true
          directories:
            description: Folders, each of which is one set of parameters.
            type: list
            elements: dict
            suboptions: &paths
              path:
                description: Path or pattern, relative to the root, such as V(apps/*) or V(clusters/**/config.json).
                type: str
                required: true
              exclude:
                description: Leave out what the pattern finds, even if another entry finds it too.
                type: bool
          files:
            description: >-
              JSON or YAML files, each of which is one set of parameters, or several if it holds a list. The contents
              are parameters by their keys.
            type: list
            elements: dict
            suboptions: *paths
          path_param_prefix:
            description: >-
              Put before the parameters about the path, C(PREFIX.path.basename), to tell two generators of a matrix
              apart.
            type: str
          requeue_after_seconds: &requeue
            description: >-
              How often to look again, in seconds; by default 3 minutes, with V(0) never. Webhooks make it look at once.
            type: int
          values: *values
          template: *template
      oci:
        description: Folders or files of an OCI artifact. Its settings are those of O(generators[].git).
        type: dict
        suboptions: *repository
      scm_provider:
        description:
          - The repositories of an organization, with the parameters C(organization), C(repository), C(url), C(branch),
            C(sha), C(labels) and the like. Exactly one provider is needed.
          - Tokens are in Secrets in the ApplicationSet's namespace.
        type: dict
        suboptions:
          github:
            description: An organization of GitHub.
            type: dict
            suboptions:
              organization:
                description: Name of the organization.
                type: str
                required: true
              api: &api
                description: URL of the API, for a server of one's own.
                type: str
              token_ref: &token
                description: Which key of which Secret holds the token.
                type: dict
                suboptions: &secret_key
                  secret_name:
                    description: Name of the Secret.
                    type: str
                    required: true
                  key:
                    description: Key in the Secret.
                    type: str
                    required: true
              app_secret_name: &app
                description: >-
                  Name of a Secret with repository credentials of a GitHub App, to be used instead of a token.
                type: str
              all_branches: &branches
                description: All branches of each repository instead of the default branch.
                type: bool
              exclude_archived_repos: &archived
                description: Leave out archived repositories.
                type: bool
          gitlab:
            description: A group of GitLab.
            type: dict
            suboptions:
              group:
                description: Number or full path of the group.
                type: str
                required: true
              include_subgroups:
                description: Look into subgroups, too.
                type: bool
              include_shared_projects:
                description: With C(include_subgroups), take projects that others share with the group; by default yes.
                type: bool
              include_archived_repos:
                description: Take archived repositories, too.
                type: bool
              topic:
                description: Only repositories with this topic.
                type: str
              api: *api
              token_ref: *token
              ca_ref: &ca
                description: Which key of which ConfigMap holds certificates to trust.
                type: dict
                suboptions:
                  config_map_name:
                    description: Name of the ConfigMap.
                    type: str
                    required: true
                  key:
                    description: Key in the ConfigMap.
                    type: str
                    required: true
              insecure: &insecure
                description: Do not check the server's certificate. It lets others read the token.
                type: bool
              all_branches: *branches
          bitbucket:
            description: A workspace of Bitbucket Cloud.
            type: dict
            suboptions:
              owner:
                description: Name of the workspace.
                type: str
                required: true
              user:
                description: User to log in as.
                type: str
                required: true
              app_password_ref:
                description: Which key of which Secret holds the user's app password.
                type: dict
                required: true
                suboptions: *secret_key
              all_branches: *branches
          bitbucket_server:
            description: A project of a Bitbucket Server.
            type: dict
            suboptions:
              project:
                description: Key of the project.
                type: str
                required: true
              api: &needed_api
                description: URL of the API.
                type: str
                required: true
              basic_auth: &basic
                description: Log in with name and password.
                type: dict
                suboptions:
                  username:
                    description: Name of the user.
                    type: str
                    required: true
                  password_ref:
                    description: Which key of which Secret holds the password or a personal access token.
                    type: dict
                    required: true
                    suboptions: *secret_key
              bearer_token: &bearer
                description: Log in with a token.
                type: dict
                suboptions:
                  token_ref:
                    description: Which key of which Secret holds the token.
                    type: dict
                    required: true
                    suboptions: *secret_key
              ca_ref: *ca
              insecure: *insecure
              all_branches: *branches
          gitea:
            description: An organization or user of Gitea.
            type: dict
            suboptions:
              owner:
                description: Name of the organization or user.
                type: str
                required: true
              api: *needed_api
              token_ref: *token
              insecure: *insecure
              all_branches: *branches
              exclude_archived_repos: *archived
          azure_devops:
            description: A project of Azure DevOps.
            type: dict
            suboptions:
              organization:
                description: Name of the organization.
                type: str
                required: true
              team_project:
                description: Name of the project.
                type: str
                required: true
              access_token_ref:
                description: Which key of which Secret holds the personal access token.
                type: dict
                required: true
                suboptions: *secret_key
              api: *api
              all_branches: *branches
          aws_code_commit:
            description: The repositories of AWS CodeCommit.
            type: dict
            suboptions:
              role:
                description: Role to take, for another account; by default that of the controller.
                type: str
              region:
                description: Region; by default that of the controller.
                type: str
              tag_filters:
                description: Only repositories with such tags; different keys must all be there.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Key of the tag.
                    type: str
                    required: true
                  value:
                    description: Its value; by default any.
                    type: str
              all_branches: *branches
          filters:
            description: >-
              Which repositories and branches to take; by default all. One of the filters must fit, and it fits if all
              that it says holds.
            type: list
            elements: dict
            suboptions:
              repository_match:
                description: Regular expression for the repository's name.
                type: str
              branch_match:
                description: Regular expression for the branch's name.
                type: str
              label_match:
                description: Regular expression that one of the repository's labels must match.
                type: str
              paths_exist:
                description: Paths that must all be there.
                type: list
                elements: str
              paths_do_not_exist:
                description: Paths none of which may be there.
                type: list
                elements: str
          clone_protocol:
            description: Protocol of the parameter C(url), V(ssh) or V(https); the default depends on the provider.
            type: str
          requeue_after_seconds:
            description: How often to look again, in seconds; by default 30 minutes.
            type: int
          values: *values
          template: *template
      pull_request:
        description:
          - The open pull requests of a repository, with the parameters C(number), C(title), C(branch),
            C(target_branch), C(head_sha), C(author), C(labels) and the like. Exactly one provider is needed.
          - Tokens are in Secrets in the ApplicationSet's namespace.
        type: dict
        suboptions:
          github:
            description: A repository of GitHub.
            type: dict
            suboptions:
              owner: &owner
                description: Organization or user whose repository it is.
                type: str
                required: true
              repo: &repo
                description: Name of the repository.
                type: str
                required: true
              api: *api
              token_ref: *token
              app_secret_name: *app
              labels: &labels
                description: Only pull requests with all these labels.
                type: list
                elements: str
          gitlab:
            description: A project of GitLab.
            type: dict
            suboptions:
              project:
                description: Number or full path of the project.
                type: str
                required: true
              api: *api
              token_ref: *token
              ca_ref: *ca
              insecure: *insecure
              labels: *labels
              pull_request_state:
                description: >-
                  Only merge requests in this state, V(opened), V(closed), V(merged) or V(locked); by default all.
                type: str
          gitea:
            description: A repository of Gitea.
            type: dict
            suboptions:
              owner: *owner
              repo: *repo
              api: *needed_api
              token_ref: *token
              insecure: *insecure
              labels: *labels
          bitbucket_server:
            description: A repository of a Bitbucket Server.
            type: dict
            suboptions:
              project:
                description: Key of the project.
                type: str
                required: true
              repo: *repo
              api: *needed_api
              basic_auth: *basic
              bearer_token: *bearer
              ca_ref: *ca
              insecure: *insecure
          bitbucket:
            description: A repository of Bitbucket Cloud.
            type: dict
            suboptions:
              owner: *owner
              repo: *repo
              api: *api
              basic_auth: *basic
              bearer_token: *bearer
          azure_devops:
            description: A repository of Azure DevOps.
            type: dict
            suboptions:
              organization:
                description: Name of the organization.
                type: str
                required: true
              project:
                description: Name of the project.
                type: str
                required: true
              repo: *repo
              api: *api
              token_ref: *token
              labels: *labels
          filters:
            description: >-
              Which pull requests to take; by default all. One of the filters must fit, and it fits if all that it says
              holds.
            type: list
            elements: dict
            suboptions:
              branch_match:
                description: Regular expression for the branch with the changes.
                type: str
              target_branch_match:
                description: Regular expression for the branch to merge into.
                type: str
              title_match:
                description: Regular expression for the title.
                type: str
          continue_on_repo_not_found_error:
            description: Take a repository that does not exist for one without pull requests.
            type: bool
          requeue_after_seconds:
            description: How often to look again, in seconds; by default 30 minutes.
            type: int
          values: *values
          template: *template
      cluster_decision_resource:
        description: >-
          Clusters that another controller chose and wrote into the status of a resource. They must be known to Argo CD.
        type: dict
        suboptions:
          config_map_ref:
            description: Name of the ConfigMap that tells kind and fields of the resource.
            type: str
            required: true
          name:
            description: Name of the resource.
            type: str
          label_selector:
            description: The resources with such labels, instead of C(name).
            type: dict
            suboptions: *selector
          requeue_after_seconds: *requeue
          values: *values
          template: *template
      plugin:
        description: What a web service of one's own answers.
        type: dict
        suboptions:
          config_map_ref:
            description: The ConfigMap that tells URL and token of the service.
            type: dict
            required: true
            suboptions:
              name:
                description: Name of the ConfigMap.
                type: str
                required: true
          input:
            description: What is sent to the service.
            type: dict
            suboptions:
              parameters:
                description: Free keys and values.
                type: dict
          requeue_after_seconds:
            description: How often to ask again, in seconds; by default 30 minutes.
            type: int
          values: *values
          template: *template
      matrix:
        description: Each set of parameters of one generator with each of another.
        type: dict
        suboptions:
          generators:
            description:
              - Exactly two, each written as an entry of O(generators). The second may use parameters of the first, for
                example V(path) of folders that the first found.
              - One of the two may itself be a matrix or a merge, but no deeper.
            type: list
            elements: dict
            required: true
          template: *template
      merge:
        description: The parameters of a first generator, with values of further ones put over them.
        type: dict
        suboptions:
          generators:
            description:
              - At least two, each written as an entry of O(generators). Sets of parameters that the first does not
                have are passed over, and later generators win.
              - Each may itself be a matrix or a merge, but no deeper.
            type: list
            elements: dict
            required: true
          merge_keys:
            description: Parameters that tell which sets belong together. Within each generator they must be unique.
            type: list
            elements: str
            required: true
          template: *template
      selector:
        description: >-
          Only sets of parameters that fit, whatever the generator. Keys are names of parameters, for nested ones
          written with dots.
        type: dict
        suboptions: *selector
  template:
    description:
      - The Application to make of each set of parameters.
      - Texts may hold parameters, also as keys of mappings. Booleans and numbers may not; for them there is
        O(template_patch).
      - Required unless the ApplicationSet is deleted.
    type: dict
    suboptions:
      metadata:
        description: Names and labels of the Applications.
        type: dict
        suboptions:
          name:
            description: >-
              Name of the Application. With more than one set of parameters it needs one, because no two may be the
              same.
            type: str
          namespace:
            description: Without effect. Applications live in the namespace of their ApplicationSet.
            type: str
          labels:
            description: Labels of the Application.
            type: dict
          annotations:
            description: Annotations of the Application.
            type: dict
          finalizers:
            description: >-
              Finalizers of the Application. Without any, Argo CD writes the one that deletes its workloads with it,
              unless O(sync_policy.preserve_resources_on_deletion).
            type: list
            elements: str
      spec:
        description:
          - What the Application is, with the options of M(tiphys.gitops.argocd_application) from C(project) to
            C(revision_history_limit), C(source) and C(destination) among them, and with the same checks.
          - C(project) is V(default) when it is left out. Write it out instead of taking it from a parameter, unless
            you trust everybody who has a say in the parameters; whoever chooses the project chooses what may be
            deployed where.
        type: dict
  template_patch:
    description:
      - A patch for each Application, as YAML or JSON text with template text in it. For what O(template) cannot say,
        such as booleans that depend on parameters, or lists of different lengths.
      - It is a strategic merge patch and cannot change the project. It needs O(go_template).
    type: str
  strategy:
    description: In which order Applications are synced and deleted. Argo CD must have progressive syncs switched on.
    type: dict
    suboptions:
      type:
        description: >-
          V(AllAtOnce) is the same as none. With V(RollingSync) the Applications are synced step by step; auto-sync is
          then switched off in all of them.
        type: str
        choices: [AllAtOnce, RollingSync]
      rolling_sync:
        description: The steps. One begins when all Applications of the one before are healthy.
        type: dict
        suboptions:
          steps:
            description: Groups of Applications. An Application that is in none is never synced.
            type: list
            elements: dict
            suboptions:
              match_expressions:
                description: Labels of the Applications in this step; all conditions must hold.
                type: list
                elements: dict
                suboptions:
                  key:
                    description: Name of the label.
                    type: str
                  operator:
                    description: How to compare.
                    type: str
                    choices: [In, NotIn]
                  values:
                    description: Values to compare with.
                    type: list
                    elements: str
              max_update:
                description: >-
                  How many Applications of the step to sync at a time, as a number or a percentage such as V(25%); by
                  default all. V(0) syncs none of them by itself.
                type: raw
      deletion_order:
        description: >-
          With V(RollingSync), V(Reverse) deletes the Applications from the last step to the first when the
          ApplicationSet is deleted.
        type: str
        choices: [AllAtOnce, Reverse]
  sync_policy:
    description: What the ApplicationSet may do to its Applications.
    type: dict
    suboptions:
      applications_sync:
        description:
          - V(sync), the default, creates, changes and deletes Applications as the parameters come and go.
            V(create-only) neither changes nor deletes, V(create-update) does not delete, V(create-delete) does not
            change.
          - It does not keep Applications whose ApplicationSet is deleted. For that see O(cascade).
          - Argo CD may be set up to pass over it.
        type: str
        choices: [create-only, create-update, create-delete, sync]
      preserve_resources_on_deletion:
        description: >-
          Let the workloads run when an Application is deleted. The Application itself is deleted nevertheless.
        type: bool
  preserved_fields:
    description: Labels and annotations that others write to the Applications and that the ApplicationSet leaves alone.
    type: dict
    suboptions:
      labels:
        description: Names of labels.
        type: list
        elements: str
      annotations:
        description: Names of annotations.
        type: list
        elements: str
  ignore_application_differences:
    description: Fields of the Applications that others may change without the ApplicationSet putting them back.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of one Application; by default all.
        type: str
      json_pointers:
        description: Fields as JSON pointers, such as V(/spec/syncPolicy).
        type: list
        elements: str
      jq_path_expressions:
        description: Fields as jq paths, such as V(.spec.source.helm.values).
        type: list
        elements: str
  apply_nested_selectors:
    description: Without effect in the present Argo CD, which always applies C(selector) of nested generators.
    type: bool
  spec_overrides:
    description:
      - What is merged into C(spec) last, written as in the manifest (C(camelCase)), for fields that a newer Argo CD has
        and this module does not know.
      - Mappings are merged key by key, anything else is replaced, and null takes a key away.
    type: dict
"""
