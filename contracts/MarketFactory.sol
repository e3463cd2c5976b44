// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketFactory} from "./interfaces/IMarketFactory.sol";
import {IMarketState} from "./interfaces/IStorageMarket.sol";
import {Create3} from "@openzeppelin/contracts/utils/Create3.sol";

/// @title MarketFactory
/// @notice See `IMarketFactory`.
/// @dev By CREATE3: an address that follows from the parameters alone can be told without the market's code, which `create` alone
/// is given. CREATE2 would need it for every look-up.
contract MarketFactory is IMarketFactory {
    /// @inheritdoc IMarketFactory
    bytes32 public immutable CREATION_CODE_HASH;

    /// @inheritdoc IMarketFactory
    mapping(address market => bool) public isMarket;

    constructor(bytes32 creationCodeHash) {
        CREATION_CODE_HASH = creationCodeHash;
    }

    /// @inheritdoc IMarketFactory
    function create(
        IMarketState.Parameters calldata parameters,
        bytes calldata creationCode
    ) external returns (address market) {
        bytes32 hash = keccak256(creationCode);
        require(hash == CREATION_CODE_HASH, CreationCodeInvalid(CREATION_CODE_HASH, hash));
        market = marketAt(parameters);
        if (isMarket[market]) return market;

        isMarket[market] = true;
        emit MarketCreated(market, address(parameters.token), parameters);

        // The constructor calls nobody.
        Create3.deploy(0, _salt(parameters), abi.encodePacked(creationCode, abi.encode(parameters)));
    }

    /// @inheritdoc IMarketFactory
    function marketAt(IMarketState.Parameters calldata parameters) public view returns (address) {
        return Create3.computeAddress(_salt(parameters));
    }

    function _salt(IMarketState.Parameters calldata parameters) private pure returns (bytes32) {
        return keccak256(abi.encode(parameters));
    }
}
