"""Lines of RBAC policies, and what is wrong with them."""

from __future__ import annotations

SOUND = (
    "",
    "# p, nothing",
    "p, role:shop, applications, get, shop/*, allow",
    "  p, role:shop, applications, *, */*, deny  ",
    "p,role:shop,applications,action/apps/Deployment/restart,shop/web,allow",
    "p, role:shop, applications, delete/*/Pod/*/*, shop/*, allow",
    "p, role:shop, applications, update/*, shop/*, allow",
    "p, role:shop, clusters, get, https://kubernetes.default.svc, allow",
    "p, role:shop, *, get, *, allow",
    'p, "role:with, comma", logs, get, shop/*, allow',
    "g, example:developers, role:shop",
    'g, "CN=Developers,OU=Groups", role:shop',
)
BROKEN = {
    "p, role:shop, applications, get, shop/*": "has 5 fields instead of the 6",
    "p, role:shop, applications, get, shop/*, allow, more": "has 7 fields instead of the 6",
    "g, developers": "has 2 fields instead of the 3",
    "g, developers, role:shop, more": "has 4 fields instead of the 3",
    "x, developers, role:shop": "begins with neither p nor g",
    "p2, role:shop, applications, get, shop/*, allow": "begins with neither p nor g",
    "role:shop, applications, get, shop/*, allow": "begins with neither p nor g",
    'p, "role:shop, applications, get, shop/*, allow': "is no CSV",
    'p, role:"shop", applications, get, shop/*, allow': "is no CSV",
}
"""What Argo CD cannot read."""
REFUSED = {
    "p, role:shop, applications, get, , allow": "has an empty field",
    "p, role:shop, applications, get, shop/*, permit": "its effect must be allow or deny, not permit",
}
"""What Argo CD reads, but can only be a mistake; the line never allows anything."""
BROKEN |= REFUSED
ODD = {
    "p, role:shop , applications, get, shop/*, allow": "'role:shop ' ends in a space",
    "p, role:shop, application, get, shop/*, allow": "application is no resource of Argo CD",
    "p, role:shop, applications, restart, shop/*, allow": "restart is no action on applications",
    "p, role:shop, logs, delete, shop/*, allow": "delete is no action on logs",
    "p, role:shop, applications, delete/*/Pod/*, shop/*, allow": "* in delete/*/Pod/* matches / too",
    "p, role:shop, applications, update/apps/*/web, shop/*, allow": "write all parts: update/GROUP/KIND/NAMESPACE/NAME",
    "p, role:shop, applications, get, shop, allow": "shop never matches",
}
