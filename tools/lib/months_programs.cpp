// What the clients of the company call themselves, upgraded by and by.
#include "months_world.hpp"

namespace hunt::tools {
namespace {

const char *name(System system) {
  return system == System::Windows ? "Windows" : system == System::Mac ? "Mac OS X" : "Linux";
}

std::string at(std::int64_t first, std::int64_t days, std::int64_t every) {
  return std::to_string(first + std::max<std::int64_t>(0, days) / every);
}

}  // namespace

const Program *Months::keep(Program program) {
  return &programs_.try_emplace(program.agent, std::move(program)).first->second;
}

const Program *Months::browser(const Machine &machine, std::int64_t day) {
  const Client client = client_of({machine.kind, machine.lag_days, "", ""}, day);
  const char *family = nullptr;
  switch (machine.kind) {
  case DeviceKind::WindowsEdge:
    family = "Edge / Windows";
    break;
  case DeviceKind::WindowsChrome:
    family = "Chrome / Windows";
    break;
  case DeviceKind::MacSafari:
    family = "Safari / Mac OS X";
    break;
  case DeviceKind::MacChrome:
    family = "Chrome / Mac OS X";
    break;
  case DeviceKind::Iphone:
    family = "Mobile Safari / iOS";
    break;
  case DeviceKind::Android:
    family = "Chrome Mobile / Android";
  }
  return keep({client.agent, client.os, client.browser, family});
}

const Program *Months::firefox(System system, std::int64_t day, int lag_days) {
  const std::string version = at(144, day - lag_days - 20375, 28) + ".0";  // 144 came on 14 October 2025
  const char *os = system == System::Windows ? "Windows NT 10.0; Win64; x64"
                   : system == System::Mac   ? "Macintosh; Intel Mac OS X 10.15"
                                             : "X11; Linux x86_64";
  return keep({std::string("Mozilla/5.0 (") + os + "; rv:" + version + ") Gecko/20100101 Firefox/" + version,
               system == System::Windows ? "Windows10"
               : system == System::Mac   ? "MacOs"
                                         : "Linux",
               "Firefox " + version, std::string("Firefox / ") + name(system)});
}

const Program *Months::native(const Machine &machine, std::int64_t day) {
  const std::int64_t age = day - machine.lag_days - 20389;
  switch (machine.kind) {
  case DeviceKind::WindowsEdge:
  case DeviceKind::WindowsChrome:
    return keep({"Windows-AzureAD-Authentication-Provider/1.0", "Windows10", "Rich Client 4.74.1.0",
                 "Windows-AzureAD-Authentication-Provider"});
  case DeviceKind::MacSafari:
  case DeviceKind::MacChrome:
    return keep({"MacOutlook/16." + at(103, age, 30) + ".25101214 (Intelx64 Mac OS X Version 26.1 (Build 25B78))",
                 "MacOs", "Rich Client 1.2.0", "MacOutlook"});
  case DeviceKind::Iphone:
    return keep({"Outlook-iOS/726." + at(4543, age, 7) + ".prod.iphone (4.2541.0)", "Ios 26.1", "Rich Client 1.9.1",
                 "Outlook-iOS"});
  case DeviceKind::Android:
    break;
  }
  return keep({"Dalvik/2.1.0 (Linux; U; Android 16; Pixel 9 Build/BP3A." + at(251005, age, 40) + ".004)", "Android 16",
               "Rich Client 6.0.1", "Dalvik / Android"});
}

const Program *Months::tool(Tool tool, System system, std::int64_t day, int lag_days, const std::string &command) {
  const std::int64_t age = day - lag_days - 20389;
  const char *os = system == System::Windows ? "windows#10"
                   : system == System::Mac   ? "macos#25.1.0"
                                             : "linux#6.12.48-64.106.amzn2023.x86_64";
  const char *go_os = system == System::Windows ? "windows" : system == System::Mac ? "darwin" : "linux";
  const std::string family_os = std::string(" / ") + name(system);
  switch (tool) {
  case Tool::AwsCli:
    return keep({"aws-cli/2.31." + at(24, age, 5) + " md/awscrt#0.28.1 ua/2.1 os/" + os +
                     " md/arch#x86_64 lang/python#3.13.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe "
                     "md/prompt#off md/command#" +
                     command,
                 "", "", "aws-cli" + family_os});
  case Tool::Boto3: {
    const std::string version = at(60, age, 4);
    return keep({"Boto3/1.40." + version + " md/Botocore#1.40." + version + " ua/2.1 os/" + os +
                     " md/arch#x86_64 lang/python#3.12.7 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.40." +
                     version,
                 "", "", "Boto3" + family_os});
  }
  case Tool::Terraform:
    return keep({"APN/1.0 HashiCorp/1.0 Terraform/1.13." + at(4, age, 21) +
                     " (+https://www.terraform.io) terraform-provider-aws/6." + at(18, age, 9) +
                     ".0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.3 ua/2.1 os/" +
                     go_os + " lang/go#1.24.8 md/GOOS#" + go_os + " md/GOARCH#amd64",
                 "", "", "Terraform" + family_os});
  case Tool::JavaSdk:
    return keep({"aws-sdk-java/2.36." + at(1, age, 3) +
                     " md/io#sync md/http#Apache ua/2.1 os/Linux#6.1.155 "
                     "lang/java#21.0.9 md/OpenJDK_64-Bit_Server_VM#21.0.9+10-LTS md/vendor#Amazon.com_Inc.",
                 "", "", "aws-sdk-java / Linux"});
  case Tool::GoSdk:
    return keep(
        {"aws-sdk-go-v2/1.39." + at(2, age, 12) + " ua/2.1 os/linux lang/go#1.25.3 md/GOOS#linux md/GOARCH#arm64", "",
         "", "aws-sdk-go-v2 / Linux"});
  case Tool::Kubectl:
    return keep({"kubectl/v1.34." + at(1, age, 30) + " (" + go_os + "/" + (system == System::Mac ? "arm64" : "amd64") +
                     ") kubernetes/" + at(93248, age, 30) + "f9",
                 "", "", "kubectl" + family_os});
  case Tool::AzureIdentity:
    break;
  }
  return keep(
      {"azsdk-python-identity/1.25." + at(1, age, 30) + " Python/3.12.3 (Linux-6.8.0-86-generic-x86_64-with-glibc2.39)",
       "Linux", "Python Requests 2.32", "azsdk-python-identity / Linux"});
}

const Program *Months::other(const std::string &agent, const std::string &family) {
  return keep({agent, "", "", family});
}

}  // namespace hunt::tools
