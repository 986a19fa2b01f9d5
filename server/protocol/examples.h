// One example of each frame and of each admin message, the same in every run: the tests read and write them, the
// fuzzers start from them.
#pragma once

#include <string>
#include <vector>

#include "crypto/suite/random.h"
#include "server/protocol/admin.h"
#include "server/protocol/codec.h"

namespace samband::protocol {

class Examples {
 public:
  template <class Id>
  Id some() {
    return random_.id<Id>();
  }
  Bytes some_bytes(std::size_t size) {
    Bytes out(size);
    random_.fill(out);
    return out;
  }
  Request request(RequestBody body) {
    return {.tag = 7, .counter = is_counted(body) ? std::uint64_t{41} : std::uint64_t{0}, .body = std::move(body)};
  }

  std::vector<RequestBody> every_request() {
    return {
        EnrolFirst{some<OperatorToken>(), some_bytes(9), some_bytes(8), some_bytes(7), some_bytes(6)},
        EnrolInvited{some_bytes(250)},
        FetchDelegation{some<Hash>()},
        AddDelegation{some_bytes(300)},
        Revoke{some_bytes(200)},
        PublishKeyPackages{{some_bytes(500), some_bytes(501)}, some_bytes(502)},
        ReserveKeyPackages{some<ChannelId>(), {some<DeviceId>(), some<DeviceId>()}},
        AnnounceGuidance{some<ChannelId>(), some<GuidanceId>(), some<Hash>()},
        FetchDirectory{3, 500},
        FetchConsistency{1, 8},
        FetchInclusion{2, 8},
        CreateChannel{some<ChannelId>(), some_bytes(700), some_bytes(600)},
        SubmitCommit{some<ChannelId>(), some_bytes(900), some_bytes(700), {{some<DeviceId>(), some_bytes(100)}}},
        SendMessage{some<ChannelId>(), some_bytes(1000)},
        PostStatement{some<ChannelId>(), storage::EntryKind::leave_request, some_bytes(100)},
        StagePart{2, some_bytes(4000)},
        StagedRequest{2, {some<Hash>(), some<Hash>()}},
        UploadChunk{some<ChannelId>(), some<BlobId>(), 5, some_bytes(3000)},
        SealBlob{some<ChannelId>(), some<BlobId>(), 90'000, 2, some<Hash>()},
        FetchChunk{some<ChannelId>(), some<BlobId>(), 1},
        FetchUpload{some<ChannelId>(), some<BlobId>()},
        ListChannels{some<ChannelId>()},
        Subscribe{some<ChannelId>(), 12},
        Unsubscribe{some<ChannelId>()},
        FetchEntries{some<ChannelId>(), 4, 100},
        FetchGroup{some<ChannelId>()},
        FetchTree{some<ChannelId>(), 9, 1024},
        AcknowledgeInbox{1, 17},
        RestartChannel{some<ChannelId>(), some_bytes(200), some_bytes(700), some_bytes(600)},
        ScheduleRelease{some<ChannelId>(), some<GuidanceId>(), WallTime{99}, some<ReleaseSecret>()},
        WithdrawRelease{some<ChannelId>(), some<GuidanceId>()},
    };
  }

  std::vector<ServerFrame> every_server_frame() {
    std::vector<ServerFrame> frames{
        Hello{.server_name = "samband.example",
              .nonce = some<Nonce>(),
              .incarnation = 1,
              .shard_count = 4,
              .now = WallTime{5},
              .tree_head = some_bytes(140)},
        LoginAccepted{WallTime{5}, {1, 2, 3}},
        EntryEvent{some_bytes(300)},
        InboxEvent{1, 2, some<ChannelId>(), 3, 4, some<Hash>(), some_bytes(90)},
        DirectoryEvent{some_bytes(140)},
        ChannelEvent{some<ChannelId>()},
        Closing{Status::too_slow, "too far behind"},
    };
    const std::vector<ReplyBody> replies{
        Refused{Status::stale_epoch, "another Commit was first"},
        Done{},
        Placed{3, WallTime{4}, some<Hash>()},
        LeafPlaced{6, WallTime{7}},
        DelegationFound{some_bytes(10), some_bytes(11)},
        ReservedKeyPackages{{{some<DeviceId>(), some_bytes(500)}}},
        DirectoryPage{4, {some_bytes(50), some_bytes(60)}, some_bytes(140)},
        Proof{{some<Hash>(), some<Hash>()}},
        Channels{{{some<ChannelId>(), 5, 6, true, some_bytes(70)}}, true},
        EntriesPage{{some_bytes(80)}},
        GroupState{1, 2, some<Hash>(), some_bytes(700), 4000},
        TreePart{4000, some_bytes(1000)},
        Chunk{some_bytes(1000)},
        UploadState{{1, 4}, 7, false},
    };
    for (const ReplyBody& body : replies) frames.emplace_back(Reply{7, body});
    return frames;
  }

  std::vector<AdminRequest> every_admin_request() {
    return {
        AddPartners{{{some<PartnerId>(), identity::PartnerKind::hospital_trust, "894166762", "Helse", "Nord",
                      identity::LanguageForm::nn, some<Hash>(), WallTime{9}}}},
        ListPartners{},
        RenamePartner{some<PartnerId>(), "Nytt navn"},
        RenumberPartner{some<PartnerId>(), "0301"},
        MergePartners{some<PartnerId>(), some<PartnerId>()},
        RemovePartner{some<PartnerId>()},
        ReinvitePartner{some<PartnerId>(), some<Hash>(), WallTime{9}},
        ListInvitations{},
        RevokeInvitation{some<Hash>()},
        ListDevices{"0301"},
        GetStatus{},
        GetServerIdentity{},
        HoldCheckpoint{},
        CheckStore{},
        ListAudit{10, WallTime{5}, "0301"},
        VerifyAudit{some<Hash>()},
        SetMaintenance{true, "flytter til ny maskin"},
        SetPartnerQuota{some<PartnerId>(), std::uint64_t{50} << 30U},
        LetCheckpointGo{true},
    };
  }

  std::vector<AdminReply> every_admin_reply() {
    return {
        AdminRefused{"two rows have faults", {{1, "the number is taken"}}},
        AdminDone{"added 2"},
        PartnersListed{{{some<PartnerId>(), identity::PartnerKind::municipality, "0301", "Oslo", "Oslo",
                         identity::LanguageForm::nb, true, 3, some<Hash>(), 7, 8, true}}},
        InvitationsListed{{{some<PartnerId>(), true, some<Hash>(), "", WallTime{4}, 1, false}}},
        DevicesListed{{{some<PartnerId>(), some<StaffId>(), some<DeviceId>(), "Anna", "laptop", WallTime{3}, true}}},
        ServerStatus{.directory_size = 4, .taking_writes = true, .last_backup_at = WallTime{8}, .version = "0.1.0"},
        ServerIdentity{"samband.example", 443, some<Hash>(), some_bytes(32)},
        AuditListed{{{2, 3, WallTime{4}, "root (uid 0)", "partner added", some<Hash>()}}},
        AuditVerified{2, 3, some<Hash>()},
        CheckpointHeld{"/srv/store.held", "/srv/chunks.held", WallTime{7}, 2, 12, "samband.example", "0.1.0"},
    };
  }

 private:
  SeededRandom random_{4711};
};

}  // namespace samband::protocol
