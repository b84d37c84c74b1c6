"""Names of users that nobody has to himself: those of software, of documentation, of folders and of pages."""

from __future__ import annotations

import re

from selfimprove.privacy.rules.rule import words

NOBODYS = words(
    """
    root user users username user-name user_name usr ubuntu debian centos fedora arch kali alpine runner runneradmin
    admin administrator me you your yours yourname your_name your-name myname my_name name myuser shared public default
    guest guests all ec2-user vagrant pi app apps application node nodejs git postgres www-data www web website site
    jenkins docker podman dev devel developer developers deploy deployer test tester testuser test_user demo example
    foo bar baz project projects workspace workspaces work data src code vscode coder codespace codespaces gitpod
    jovyan sagemaker-user hadoop spark airflow nginx apache mysql redis oracle linuxbrew circleci travis builder build
    ci gitlab-runner actions appuser ftp ftpuser nobody someone somebody anyone everyone xxx abc xyz login index home
    python steam deck opc azureuser azure google container containeradministrator containeruser appveyor server client
    backup backups bin lib tmp temp local etc opt var config media videos pictures documents downloads music desktop
    library applications system files file images assets static scripts script account accounts profile profiles
    settings dashboard main about contact page pages sftp samba nfs student students teacher staff employee employees
    owner host hosting cpanel ansible terraform minecraft factorio nextcloud plex homeassistant hass conda anaconda
    miniconda mambauser nonroot rootless service services worker dotnet java maven gradle scrapy celery superset
    administrador benutzer utilisateur usuario utente gebruiker uzytkownik nutzer dein-name deinname ihrname
    sandbox assistant agent claude oai wwwroot kernel hacker abuild computeruse list feed search overview stats products
    personal private model models dataset datasets train training input output
    nextjs rust bun perl frappe deno golang php elixir erlang swiftuser haskell clojure nuxt svelte
    vite rails django flask laravel symfony drupal wordpress magento odoo openerp zope rabbitmq elasticsearch kibana
    logstash grafana prometheus loki consul vault nomad etcd zookeeper kafka solr cassandra mongodb mongo memcached
    keycloak sonarqube nexus artifactory gitea gogs forgejo concourse drone buildkite woodpecker teamcity bamboo
    buildbot kaniko buildah rootlesskit cnb paketo heroku dyno vercel netlify render replit glitch playwright pwuser
    puppeteer chrome selenium seluser cypress expo rstudio shiny trino presto flink druid metabase dagster prefect
    mlflow dask kasm headless openhands swebot opam linuxserver cloudera hdfs yarn tomcat jboss wildfly
    glassfish zabbix nagios icinga munin asterisk freeswitch matrix synapse mattermost discourse n8n nocodb
    directus strapi hasura supabase pgadmin caddy traefik envoy haproxy squid varnish bitnami cloudsdk codeuser
    opencode devcontainer code-server myself forge redpanda
    """
)
_STANDS_IN = re.compile(
    r"(?:your|my|some|the|new|test)(?:[-_.].*|(?:user|name|account|app|home|folder|dir|project|site|page|profile|id)\w*)|"
    r"(?:demo|dummy|sample|example|x{2,}).*|[a-z-]{0,8}user[\W_]?\d*|.*user-?name.*"
)


def is_nobodys(name: str) -> bool:
    """Whether software, documentation or everybody goes by this name."""
    low = name.lower().strip("._-")
    return low in NOBODYS or low.isdigit() or _STANDS_IN.fullmatch(low) is not None
