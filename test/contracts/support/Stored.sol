// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {DealTerms} from "../../../contracts/libraries/DealTerms.sol";

/// @notice Reads what a market keeps but has no function for, out of its raw storage.
library Stored {
    uint256 private constant COUNTS = 2;
    uint256 private constant DEALS = 4;
    uint256 private constant PROVIDERS = 6;
    uint256 private constant LISTS = 7;
    uint256 private constant PROVEN = 8;
    uint256 private constant NONCES = 9;
    uint256 private constant CONSENTS = 15;
    uint256 private constant IDS_PER_SLOT = 8;
    /// @dev The slot of a provider that has its beneficiary, and the version in its top bits.
    uint256 private constant VERSION_SLOT = 3;

    /// @notice Deals and providers so far.
    function counts(IStorageMarket market) internal view returns (uint32 deals, uint32 providers) {
        bytes32[] memory slots = new bytes32[](1);
        slots[0] = bytes32(COUNTS);
        uint256 word = uint256(market.extsload(slots)[0]);
        return (uint32(word), uint32(word >> 32));
    }

    /// @notice The packed terms of a deal, as stored.
    function terms(IStorageMarket market, uint32 deal) internal view returns (DealTerms) {
        bytes32[] memory slots = new bytes32[](1);
        slots[0] = termsSlot(deal);
        return DealTerms.wrap(uint256(market.extsload(slots)[0]));
    }

    function termsSlot(uint32 deal) internal pure returns (bytes32) {
        return bytes32(uint256(_entry(deal, DEALS)) + 1);
    }

    /// @notice The slot whose top 32 bits are a provider's version.
    function versionSlot(uint32 provider) internal pure returns (bytes32) {
        return bytes32(uint256(_entry(provider, PROVIDERS)) + VERSION_SLOT);
    }

    function provenSlot(uint32 provider, uint256 word) internal pure returns (bytes32) {
        return keccak256(abi.encode(word, _entry(provider, PROVEN)));
    }

    /// @notice Which nonces of a provider's first word are used.
    function noncesSlot(uint32 provider) internal pure returns (bytes32) {
        return keccak256(abi.encode(0, _entry(provider, NONCES)));
    }

    /// @notice Which consents of a signer's first word are used.
    function consentsSlot(address signer) internal pure returns (bytes32) {
        return keccak256(abi.encode(0, _entry(uint160(signer), CONSENTS)));
    }

    /// @notice The first `count` ids of a provider's list.
    function list(IStorageMarket market, uint32 provider, uint256 count) internal view returns (uint32[] memory ids) {
        uint256 first = uint256(_entry(provider, LISTS));
        bytes32[] memory slots = new bytes32[]((count + IDS_PER_SLOT - 1) / IDS_PER_SLOT);
        for (uint256 i = 0; i < slots.length; ++i) {
            slots[i] = bytes32(first + i);
        }
        bytes32[] memory words = market.extsload(slots);
        ids = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = uint32(uint256(words[i / IDS_PER_SLOT]) >> (32 * (i % IDS_PER_SLOT)));
        }
    }

    function _entry(uint256 key, uint256 slot) private pure returns (bytes32) {
        return keccak256(abi.encode(key, slot));
    }
}
