// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";

/// @notice Reads what a market keeps but has no function for, out of its raw storage.
library Stored {
    uint256 private constant LISTS = 7;
    uint256 private constant NONCES = 9;
    uint256 private constant CONSENTS = 15;
    uint256 private constant IDS_PER_SLOT = 8;

    /// @notice The first `count` ids of a provider's list.
    function list(IStorageMarket market, uint32 provider, uint256 count) internal view returns (uint32[] memory ids) {
        uint256 first = uint256(keccak256(abi.encode(uint256(provider), LISTS)));
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

    /// @notice Which nonces of a provider's word are used.
    function nonces(IStorageMarket market, uint32 provider, uint256 word) internal view returns (uint256) {
        return _word(market, keccak256(abi.encode(word, keccak256(abi.encode(uint256(provider), NONCES)))));
    }

    /// @notice Which consents of a signer's word are used.
    function consents(IStorageMarket market, address signer, uint256 word) internal view returns (uint256) {
        return _word(market, keccak256(abi.encode(word, keccak256(abi.encode(signer, CONSENTS)))));
    }

    function _word(IStorageMarket market, bytes32 slot) private view returns (uint256) {
        bytes32[] memory slots = new bytes32[](1);
        slots[0] = slot;
        return uint256(market.extsload(slots)[0]);
    }
}
