# The portal of LemonLDAP::NG, for plackup.
use Lemonldap::NG::Portal::Main;

Lemonldap::NG::Portal::Main->run({});
