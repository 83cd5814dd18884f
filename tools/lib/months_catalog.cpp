// What the people of the company use: applications, calls, commands, and where they travel.
#include "months_world.hpp"

namespace hunt::tools {

// The most used first.
const std::vector<const char *> &okta_apps() {
  static const std::vector<const char *> list = {
      "Office 365", "Slack",   "Zoom",       "Jira",     "Workday",  "GitHub",  "Salesforce", "AWS IAM Identity Center",
      "ServiceNow", "Figma",   "Datadog",    "Concur",   "Box",      "Zendesk", "Snowflake",  "PagerDuty",
      "1Password",  "Tableau", "Greenhouse", "NetSuite", "LinkedIn", "Miro",    "Docusign",   "Okta Admin Console"};
  return list;
}

// The most used first. What thieves like is among what some engineers do every day.
const std::vector<Call> &calls() {
  static const std::vector<Call> list = {{"GetCallerIdentity", "sts"},
                                         {"DescribeInstances", "ec2"},
                                         {"ListBuckets", "s3"},
                                         {"GetObject", "s3"},
                                         {"ListObjects", "s3"},
                                         {"DescribeLogGroups", "logs"},
                                         {"FilterLogEvents", "logs"},
                                         {"GetParameter", "ssm"},
                                         {"DescribeStacks", "cloudformation"},
                                         {"DescribeSecurityGroups", "ec2"},
                                         {"DescribeVpcs", "ec2"},
                                         {"DescribeSubnets", "ec2"},
                                         {"ListFunctions", "lambda"},
                                         {"GetFunction", "lambda"},
                                         {"DescribeCluster", "eks"},
                                         {"ListClusters", "eks"},
                                         {"AssumeRole", "sts"},
                                         {"GetSecretValue", "secretsmanager"},
                                         {"PutObject", "s3"},
                                         {"DescribeDBInstances", "rds"},
                                         {"GetMetricData", "monitoring"},
                                         {"DescribeAlarms", "monitoring"},
                                         {"Decrypt", "kms"},
                                         {"DescribeKey", "kms"},
                                         {"ListRoles", "iam"},
                                         {"GetRole", "iam"},
                                         {"DescribeImages", "ec2"},
                                         {"GetAuthorizationToken", "ecr"},
                                         {"BatchGetImage", "ecr"},
                                         {"DescribeRepositories", "ecr"},
                                         {"UpdateStack", "cloudformation"},
                                         {"CreateStack", "cloudformation"},
                                         {"UpdateFunctionCode", "lambda"},
                                         {"Query", "dynamodb"},
                                         {"DescribeTable", "dynamodb"},
                                         {"ReceiveMessage", "sqs"},
                                         {"SendMessage", "sqs"},
                                         {"ListSecrets", "secretsmanager"},
                                         {"DescribeVolumes", "ec2"},
                                         {"CreateSnapshot", "ec2"},
                                         {"DescribeSnapshots", "ec2"},
                                         {"RunInstances", "ec2"},
                                         {"TerminateInstances", "ec2"},
                                         {"StartBuild", "codebuild"},
                                         {"ListUsers", "iam"},
                                         {"GetUser", "iam"},
                                         {"ListAccessKeys", "iam"},
                                         {"ListAttachedRolePolicies", "iam"},
                                         {"GetPolicy", "iam"},
                                         {"DescribeTrails", "cloudtrail"},
                                         {"LookupEvents", "cloudtrail"},
                                         {"ChangeResourceRecordSets", "route53"},
                                         {"CreateInvalidation", "cloudfront"},
                                         {"CreateKeyPair", "ec2"},
                                         {"CreateAccessKey", "iam"},
                                         {"AttachUserPolicy", "iam"},
                                         {"GetAccountAuthorizationDetails", "iam"},
                                         {"GetSendQuota", "ses"},
                                         {"PutBucketPolicy", "s3"},
                                         {"CreateUser", "iam"}};
  return list;
}

const std::vector<CloudApp> &cloud_apps() {
  static const std::vector<CloudApp> list = {
      {"Zoom", "okhttp/4.12.0", "okhttp", 16509},
      {"Calendly", "axios/1.12.2", "axios", 396982},
      {"Grammarly", "python-requests/2.32.5", "Python Requests", 16509},
      {"Notion", "axios/1.12.2", "axios", 16509},
      {"Lucidchart", "okhttp/4.12.0", "okhttp", 14618},
      {"Otter.ai", "python-requests/2.32.5", "Python Requests", 14618},
      {"Adobe Acrobat", "Go-http-client/2.0", "Go-http-client", 8075},
      {"Trello", "axios/1.12.2", "axios", 8075},
      {"Asana", "python-requests/2.32.5", "Python Requests", 14061},
  };
  return list;
}

const std::vector<Verb> &verbs() {
  static const std::vector<Verb> list = {{"get", "pods", "", "kubectl get pods"},
                                         {"list", "pods", "", "kubectl get pods --all-namespaces"},
                                         {"get", "pods", "log", "kubectl logs"},
                                         {"list", "deployments", "", "kubectl get deployments"},
                                         {"watch", "pods", "", "kubectl get pods --watch"},
                                         {"get", "deployments", "", "kubectl describe deployment"},
                                         {"list", "services", "", "kubectl get services"},
                                         {"list", "events", "", "kubectl get events"},
                                         {"patch", "deployments", "", "kubectl apply -f deployment.yaml"},
                                         {"list", "nodes", "", "kubectl get nodes"},
                                         {"get", "configmaps", "", "kubectl get configmap"},
                                         {"create", "pods", "exec", "kubectl exec -it"},
                                         {"list", "namespaces", "", "kubectl get namespaces"},
                                         {"delete", "pods", "", "kubectl delete pod"},
                                         {"create", "pods", "portforward", "kubectl port-forward"},
                                         {"get", "secrets", "", "kubectl get secret"},
                                         {"list", "secrets", "", "kubectl get secrets --all-namespaces"},
                                         {"create", "selfsubjectaccessreviews", "", "kubectl auth can-i --list"},
                                         {"list", "clusterrolebindings", "", "kubectl get clusterrolebindings"},
                                         {"create", "serviceaccounts", "token", "kubectl create token"}};
  return list;
}

// Where people travel besides the countries of the company.
const std::vector<Country> &destinations() {
  static const std::vector<Country> list = {
      {"PT", "Lisbon", 0, 1, {3243, 2860}, {{3243}}, {3243}},
      {"GR", "Athens", 120, 1, {6799}, {{3329}}, {6799}},
      {"AT", "Vienna", 60, 1, {8447}, {{8412}}, {8447}},
      {"DK", "Copenhagen", 60, 1, {3292}, {{9158}}, {3292}},
      {"NO", "Oslo", 60, 1, {2119}, {{25400}}, {2119}},
      {"CZ", "Prague", 60, 1, {5610}, {{16019}}, {5610}},
      {"TR", "Istanbul", 180, 1, {9121}, {{34984}}, {9121}},
      {"KR", "Seoul", 540, 1, {4766, 9318}, {{9644}}, {4766}},
      {"NZ", "Auckland", 720, 1, {9500}, {{9790}}, {9500}},
      {"MX", "Mexico City", -360, 1, {8151}, {{8151}}, {8151}},
      {"TH", "Bangkok", 420, 1, {17552, 23969}, {{17552}}, {23969}},
      {"TW", "Taipei", 480, 1, {3462}, {{24158}}, {3462}},
  };
  return list;
}

}  // namespace hunt::tools
