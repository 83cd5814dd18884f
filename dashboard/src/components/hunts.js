// The hunts of hunt.dashboard_hunts(), each of which has a page: what it looks for, and what is often wrong with what it finds.
export const hunts = [
  {name: "several_networks", title: "Several networks, one of them rented",
    text: "Users who signed in through several network operators on one day, one of which rents out servers (hosting, VPN, cloud).", wrong: "a private VPN"},
  {name: "several_countries", title: "Several countries",
    text: "Users who signed in from several operators and several countries on one day.", wrong: "a day of travel, a carrier abroad"},
  {name: "several_clients", title: "Several clients",
    text: "Users who showed three clients or more on two operating systems on one day.", wrong: "people with many devices"},
  {name: "single_sign_on_clients", title: "Single sign-on from several clients",
    text: "Users who signed on to applications with three clients or more within one hour, and which of them were not there a week before.", wrong: "a new device being set up"},
  {name: "mfa_contrast", title: "MFA here, use elsewhere",
    text: "The second factor was approved in one country, and the account was used from another within half an hour: MFA fatigue, or a relayed login.", wrong: "a phone whose carrier is abroad, a VPN"},
  {name: "access_key_clients", title: "One access key, several clients and networks",
    text: "Access keys used by two clients from two networks within ten minutes.", wrong: "a workstation in the cloud, a key in scripts that run in several places"},
  {name: "identity_addresses", title: "One Kubernetes identity, several public addresses",
    text: "Identities used with one key and agent from several public addresses on one day.", wrong: "an address that the carrier changed, a laptop taken home"},
];
